import type { INodeProperties } from 'n8n-workflow';

import { providers } from '../providers/registry';

/** A field that selects one of the registered providers. */
export const providerField: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	default: 'xero',
	description: 'The service that the data comes from',
	options: Object.values(providers).map(({ key, displayName }) => ({ name: displayName, value: key })),
};
