import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection } from '../adapter/credential-test';
import { searchTenants } from '../adapter/fields';
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
			'={{ $parameter["input"] === "items" ? $parameter["provider"] + ": " + $parameter["stream"] : "messages" }}',
		description:
			'Turn raw records into rows with UTC dates, exact money and one currency, and reject what is wrong',
		defaults: { name: 'Zixly Transform & Normalize' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Rejected'],
		// It opens runs in tenants' books: a workflow's author decides for whom, not an agent.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Messages holds everything in order, also what was rejected. Rejected holds copies for alerts: attach a node of your own below the main line, or leave it empty.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		credentials: [{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' }],
		properties: transformProperties,
	};

	methods = { credentialTest: { postgresConnection }, listSearch: { searchTenants } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await transformItems(this);
	}
}
