import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { chooseText, PROVIDER_NAMES } from '../adapter/subtitle';
import { withParameterTypes } from '../adapter/parameter-types';
import { postgresConnection, tokenKeyRing } from '../adapter/credential-test';
import { extract } from './extract';
import { extractCredentials, extractProperties } from './properties';

export class Extract implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Extract',
		name: 'extract',
		icon: { light: 'file:../../icons/node-extract.svg', dark: 'file:../../icons/node-extract.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: `={{ ${chooseText('provider', PROVIDER_NAMES)} + ${chooseText('mode', { backfill: ': Backfill', preview: ': Preview' })} }}`,
		description:
			'Read accounting from Xero and MYOB, deals from HubSpot and Pipedrive, and tasks from Asana, for every connected tenant',
		defaults: { name: 'Zixly Extract' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Failed'],
		// It needs a run opened by Claim Due and uses up the tenants' daily limits, so agents must not call it.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Messages outputs everything in order, including failures. Failed outputs copies of the failures for alerts: connect your own nodes below the main line, or nothing.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
			{
				message:
					'Asana does not report a time zone. Days are those of the connection’s Time Zone or, if that is empty, of the time zone in this workflow’s settings.',
				type: 'info',
				location: 'ndv',
				displayCondition: '={{ $parameter["provider"] === "asana" }}',
			},
			{
				message:
					'A credential in n8n belongs to one connection. Choose that connection in the field Connection of Claim Due.',
				type: 'info',
				location: 'ndv',
				whenToDisplay: 'beforeExecution',
				displayCondition: '={{ $parameter["authentication"] === "n8nCredential" }}',
			},
		],
		// From another file: n8n's linter crashes on a list that spreads another one.
		credentials: extractCredentials,
		properties: extractProperties,
	};

	methods = { credentialTest: { postgresConnection, tokenKeyRing } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await extract(withParameterTypes(this, extractProperties));
	}
}
