import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { postgresConnection, tokenKeyRing } from '../adapter/credential-test';
import { nodeError } from '../adapter/errors';
import { answerRequest, assertCanServe, emitEvents } from './connect';
import { connectCredentials, connectProperties } from './properties';
import { connectWebhooks } from './webhooks';

export class Connect implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zixly Connect',
		name: 'connect',
		icon: { light: 'file:../../icons/node-connect.svg', dark: 'file:../../icons/node-connect.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{$parameter["operatorName"]}}',
		description:
			'Serves the pages on which tenants connect their accounts themselves, and starts the workflow on each event of a connection',
		eventTriggerDescription: '',
		activationMessage: 'The pages are live: create a link with the operation Connection: Create Link.',
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click <i>Execute step</i>, then open the test URL in a browser: the node outputs a sample event. <br /> <br /> <b>Once you publish the workflow</b>, the pages are live at the production URL, and each event of a connection starts an execution.',
				active:
					'<b>While building your workflow</b>, click <i>Execute step</i>, then open the test URL in a browser: the node outputs a sample event. <br /> <br /> <b>The pages are live</b> at the production URL, and each event of a connection starts an execution.',
			},
			activationHint: 'Publish the workflow: tenants then reach the pages at the production URL.',
		},
		defaults: { name: 'Zixly Connect' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: connectCredentials,
		webhooks: connectWebhooks,
		properties: connectProperties,
	};

	methods = { credentialTest: { postgresConnection, tokenKeyRing } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				try {
					assertCanServe(this);
					return true;
				} catch (error) {
					throw nodeError(this.getNode(), error);
				}
			},
			// n8n itself registers the paths; no other service has to be told.
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		try {
			return await emitEvents(this);
		} catch (error) {
			throw nodeError(this.getNode(), error);
		}
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerRequest(this);
	}
}
