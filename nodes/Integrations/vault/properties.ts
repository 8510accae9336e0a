import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';

const dryRun: INodeProperties = {
	displayName: 'Dry Run',
	name: 'dryRun',
	type: 'boolean',
	default: false,
	description: 'Whether to change nothing and only count, opening every token to see whether it can be',
};

export const vaultProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['vault'] } },
		default: 'rotateKey',
		options: [
			{
				name: 'Rotate Key',
				value: 'rotateKey',
				action: 'Rotate key of vault',
				description: 'Encrypt every stored token with the active key, while the syncs run; safe to repeat',
			},
		],
	},
	...showForOperations('vault', ['rotateKey'], [dryRun]),
];
