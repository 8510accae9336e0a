import type { INodeProperties } from 'n8n-workflow';

import { providers } from '../providers/registry';

/** A field that picks one of the providers there are. */
export const providerField: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	default: 'xero',
	description: 'The service that the data comes from',
	options: Object.values(providers).map(({ key, displayName }) => ({ name: displayName, value: key })),
};
