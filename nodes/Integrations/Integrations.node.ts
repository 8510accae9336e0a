import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { postgresConnection, tokenKeyRing } from '../adapter/credential-test';
import { limitToolOperations } from '../adapter/agent-tools';
import { runChosen } from '../adapter/operations';
import { withParameterTypes } from '../adapter/parameter-types';
import { operationSubtitle } from '../adapter/subtitle';
import { searchIntegrations, searchRuns, searchTenants } from '../adapter/lists';
import { getAccounts, getAccountsToChoose } from './connection/account-options';
import { describeCredentials } from './connection/credentials';
import { integrationsEmptyHints } from './empty-hints';
import { integrationsOperations, integrationsReading } from './operations';
import { integrationsProperties } from './properties';
import { getOpenRejected, searchReasons } from './rejected-record/lists';

export class Integrations implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Integrations',
		name: 'integrations',
		icon: {
			light: 'file:../../icons/node-integrations.svg',
			dark: 'file:../../icons/node-integrations.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: operationSubtitle(integrationsProperties),
		description:
			'Connect tenants to Xero, MYOB, HubSpot, Pipedrive and Asana, and run, watch and repair their syncs',
		defaults: { name: 'Zixly Integrations' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// As a tool it only offers, and only runs, operations that read.
		usableAsTool: true,
		// Built by a function: n8n's linter crashes on a list that spreads another one.
		credentials: describeCredentials(Object.keys(integrationsOperations)),
		sensitiveOutputFields: ['accessToken', 'refreshToken'],
		properties: limitToolOperations(integrationsProperties, integrationsReading),
	};

	methods = {
		credentialTest: { postgresConnection, tokenKeyRing },
		listSearch: { searchIntegrations, searchReasons, searchRuns, searchTenants },
		loadOptions: { getAccounts, getAccountsToChoose, getOpenRejected },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [
			await runChosen(
				withParameterTypes(this, integrationsProperties),
				integrationsOperations,
				integrationsEmptyHints,
				integrationsReading,
			),
		];
	}
}
