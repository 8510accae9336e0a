import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection } from '../shared/n8n/credential-test';
import { searchTenants } from '../shared/n8n/search';
import { transformProperties } from './properties';
import { transformItems } from './transform-items';

export class TransformNormalize implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Transform & Normalize',
		name: 'transformNormalize',
		icon: { light: 'file:../../icons/zixly.svg', dark: 'file:../../icons/zixly.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["provider"] === "fromItems" ? "messages" : $parameter["provider"] + ": " + $parameter["stream"] }}',
		description:
			'Turn raw records into rows with UTC dates, exact money and one currency, and reject what is wrong',
		defaults: { name: 'Zixly Transform & Normalize' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Rejected'],
		// It writes nothing, and reads nothing but public exchange rates.
		usableAsTool: true,
		hints: [
			{
				message:
					'Messages holds everything in order, also what was rejected. Rejected holds copies for alerts: attach a node of your own below the main line, or leave it empty.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
			{
				message:
					'The credential is needed only for books that are not kept in the reporting currency: it reads the exchange rates. Without it their records are rejected.',
				type: 'info',
				location: 'ndv',
				displayCondition:
					'={{ $parameter["provider"] !== "fromItems" && $parameter["accountCurrency"] !== "AUD" }}',
			},
		],
		credentials: [{ name: 'zixlyPostgresApi', required: false, testedBy: 'postgresConnection' }],
		properties: transformProperties,
	};

	methods = { credentialTest: { postgresConnection }, listSearch: { searchTenants } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await transformItems(this);
	}
}
