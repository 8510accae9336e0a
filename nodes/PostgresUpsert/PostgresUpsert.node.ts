import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { chooseText } from '../adapter/subtitle';
import { withParameterTypes } from '../adapter/parameter-types';
import { postgresConnection } from '../adapter/credential-test';
import { searchTenants } from '../adapter/lists';
import { upsertProperties } from './properties';
import { upsert } from './upsert';

const TABLE_NAMES = {
	custom_metrics: 'Custom Metrics',
	financials: 'Financials',
	lead_events: 'Lead Events',
};

export class PostgresUpsert implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Postgres Upsert',
		name: 'postgresUpsert',
		icon: { light: 'file:../../icons/node-upsert.svg', dark: 'file:../../icons/node-upsert.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: `={{ $parameter["input"] === "items" ? "Items to " + ${chooseText('table', TABLE_NAMES)} : "Zixly Messages" }}`,
		description:
			"Store financials, lead events and custom metrics in the tenant's tables in bulk, writing only what has changed",
		defaults: { name: 'Zixly Postgres Upsert' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Rejected', 'Summary'],
		// It writes tenants' data: the workflow's author decides what is stored, not an agent.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Rejected outputs copies of what the database rejected, with the reason, for alerts. The originals are kept in etl.rejected_records. Summary outputs the counts per tenant and table.',
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
		return await upsert(withParameterTypes(this, upsertProperties));
	}
}
