import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection, tokenKeyRing } from '../adapter/credential-test';
import { extract } from './extract';
import { extractProperties } from './properties';

export class Extract implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Extract',
		name: 'extract',
		icon: { light: 'file:../../icons/zixly.svg', dark: 'file:../../icons/zixly.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle:
			'={{ $parameter["provider"] + ($parameter["mode"] === "sync" ? "" : ": " + $parameter["mode"]) }}',
		description: 'Read the records of every claimed connection from its provider',
		defaults: { name: 'Zixly Extract' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Messages', 'Failed'],
		// It needs a run that Claim Due opened, and uses up the day's calls of tenants: not for an agent to call.
		usableAsTool: undefined,
		hints: [
			{
				message:
					'Messages holds everything in order, also what failed. Failed holds copies for alerts: attach a node of your own below the main line, or leave it empty.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
			{
				message:
					'Asana does not tell its time zone: a day is one of the connection’s Time Zone, else of this workflow’s settings.',
				type: 'info',
				location: 'ndv',
				displayCondition: '={{ $parameter["provider"] === "asana" }}',
			},
			{
				message: 'An n8n credential syncs one connection: choose the same one in Integration of Claim Due.',
				type: 'info',
				location: 'ndv',
				displayCondition: '={{ $parameter["authentication"] === "n8nCredential" }}',
			},
		],
		credentials: [
			{
				name: 'zixlyPostgresApi',
				displayName: 'Zixly Postgres',
				required: true,
				testedBy: 'postgresConnection',
			},
			{
				name: 'zixlyTokenKeyApi',
				displayName: 'Zixly Token Key',
				required: true,
				testedBy: 'tokenKeyRing',
				// By `hide`: the editor takes a field that a credential is shown for out of the panel.
				displayOptions: { hide: { authentication: ['n8nCredential'] } },
			},
			{
				name: 'zixlyAsanaOAuth2Api',
				displayName: 'Zixly Asana',
				required: true,
				displayOptions: { hide: { provider: ['hubspot', 'myob', 'pipedrive', 'xero'] } },
			},
			{
				name: 'zixlyHubSpotOAuth2Api',
				displayName: 'Zixly HubSpot',
				required: true,
				displayOptions: { hide: { provider: ['asana', 'myob', 'pipedrive', 'xero'] } },
			},
			{
				name: 'zixlyMyobOAuth2Api',
				displayName: 'Zixly MYOB',
				required: true,
				displayOptions: { hide: { provider: ['asana', 'hubspot', 'pipedrive', 'xero'] } },
			},
			{
				name: 'zixlyPipedriveOAuth2Api',
				displayName: 'Zixly Pipedrive',
				required: true,
				displayOptions: { hide: { provider: ['asana', 'hubspot', 'myob', 'xero'] } },
			},
			{
				name: 'zixlyXeroOAuth2Api',
				displayName: 'Zixly Xero',
				required: true,
				displayOptions: { hide: { provider: ['asana', 'hubspot', 'myob', 'pipedrive'] } },
			},
		],
		properties: extractProperties,
	};

	methods = { credentialTest: { postgresConnection, tokenKeyRing } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await extract(this);
	}
}
