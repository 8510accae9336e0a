import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { chooseText, PROVIDER_NAMES, STREAM_NAMES } from '../adapter/subtitle';
import { withParameterTypes } from '../adapter/parameter-types';
import { postgresConnection } from '../adapter/credential-test';
import { searchTenants } from '../adapter/lists';
import { searchAccounts } from './lists';
import { transformProperties } from './properties';
import { transformItems } from './transform-items';

export class TransformNormalize implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Transform & Normalize',
		name: 'transformNormalize',
		icon: { light: 'file:../../icons/node-transform.svg', dark: 'file:../../icons/node-transform.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["input"] === "items" ? ${chooseText('provider', PROVIDER_NAMES)} + ": " + ${chooseText('stream', STREAM_NAMES)} : "Zixly Messages" }}`,
		description:
			'Turn records of Xero, MYOB, HubSpot, Pipedrive and Asana, or an uploaded CSV or XLSX file, into rows with UTC dates, exact amounts and one currency',
		defaults: { name: 'Zixly Transform & Normalize' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Rejected'],
		// It opens runs for tenants: the workflow's author decides for whom, not an agent.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Messages outputs everything in order, including rejected records. Rejected outputs copies of those for alerts: connect your own nodes below the main line, or nothing.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		credentials: [{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' }],
		properties: transformProperties,
	};

	methods = { credentialTest: { postgresConnection }, listSearch: { searchAccounts, searchTenants } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await transformItems(withParameterTypes(this, transformProperties));
	}
}
