import type { INodeProperties } from 'n8n-workflow';

import { connectionProperties } from './connection/properties';
import { rejectedRecordProperties } from './rejected-record/properties';
import { syncProperties } from './sync/properties';
import { vaultProperties } from './vault/properties';

export const integrationsProperties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'sync',
		options: [
			{ name: 'Connection', value: 'connection', description: 'A tenant’s connection to a provider' },
			{
				name: 'Rejected Record',
				value: 'rejectedRecord',
				description: 'A record that was not stored, kept with the reason',
			},
			{ name: 'Sync', value: 'sync', description: 'Runs that bring a connection up to date' },
			{ name: 'Vault', value: 'vault', description: 'The tenants’ encrypted tokens' },
		],
	},
	...syncProperties,
	...connectionProperties,
	...rejectedRecordProperties,
	...vaultProperties,
];
