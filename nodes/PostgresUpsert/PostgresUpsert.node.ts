import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection } from '../adapter/credential-test';
import { searchTenants } from '../adapter/fields';
import { upsertProperties } from './properties';
import { upsert } from './upsert';

export class PostgresUpsert implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Postgres Upsert',
		name: 'postgresUpsert',
		icon: { light: 'file:../../icons/zixly.svg', dark: 'file:../../icons/zixly.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["input"] === "items" ? "items to " + $parameter["table"] : "messages" }}',
		description: "Bring rows to the tenant's tables in bulk, writing only what has changed",
		defaults: { name: 'Zixly Postgres Upsert' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Refused'],
		// It writes to tenants' books: a workflow's author decides what is stored, not an agent.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Refused holds copies of what the database did not take, with the reason, for alerts; it is kept in etl.rejected_records as well.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		credentials: [{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' }],
		properties: upsertProperties,
	};

	methods = { credentialTest: { postgresConnection }, listSearch: { searchTenants } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await upsert(this);
	}
}
