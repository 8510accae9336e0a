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
				// `hide` instead of `show`: the editor removes a field from the panel that a credential's `show` names.
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
