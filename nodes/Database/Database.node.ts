import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection } from '../adapter/credential-test';
import { limitToolOperations } from '../adapter/agent-tools';
import { runChosen } from '../adapter/operations';
import { withParameterTypes } from '../adapter/parameter-types';
import { operationSubtitle } from '../adapter/subtitle';
import { searchClients, searchMetrics, searchTenants } from '../adapter/lists';
import { searchExternalIds } from './client/lists';
import { databaseProperties } from './properties';
import { searchReaders } from './reader/lists';
import { databaseEmptyHints } from './empty-hints';
import { databaseOperations, databaseReading } from './operations';

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
		// As a tool it only offers, and only runs, operations that read.
		usableAsTool: true,
		credentials: [{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' }],
		properties: limitToolOperations(databaseProperties, databaseReading),
	};

	methods = {
		credentialTest: { postgresConnection },
		listSearch: { searchClients, searchExternalIds, searchMetrics, searchReaders, searchTenants },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [
			await runChosen(
				withParameterTypes(this, databaseProperties),
				databaseOperations,
				databaseEmptyHints,
				databaseReading,
			),
		];
	}
}
