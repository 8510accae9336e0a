import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection } from '../adapter/credential-test';
import { runChosen } from '../adapter/operations';
import { operationSubtitle } from '../adapter/subtitle';
import { searchClients, searchMetrics, searchTenants } from '../adapter/lists';
import { databaseProperties } from './properties';
import { databaseEmptyHints } from './empty-hints';
import { databaseOperations } from './operations';

export class Database implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Database',
		name: 'database',
		icon: { light: 'file:../../icons/node-database.svg', dark: 'file:../../icons/node-database.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: operationSubtitle(databaseProperties),
		description:
			'Set up the database, manage tenants, clients and readers, read KPIs, and load exchange rates',
		defaults: { name: 'Zixly Database' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// An agent must not migrate a schema or create tenants.
		usableAsTool: undefined,
		credentials: [{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' }],
		properties: databaseProperties,
	};

	methods = {
		credentialTest: { postgresConnection },
		listSearch: { searchClients, searchMetrics, searchTenants },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runChosen(this, databaseOperations, databaseEmptyHints)];
	}
}
