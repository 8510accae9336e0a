import type {
	IHookFunctions,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { readConsentParts } from '../adapter/consent-parts';
import { getDatabase } from '../adapter/database';
import { createHttpClient } from '../adapter/http';
import { getKeyRing } from '../adapter/key-ring';
import { buildEventItem, buildSampleItem } from './event-item';
import { ConnectAddress } from './http/address';
import { sendAnswer, type Answer } from './http/answer';
import { buildPage } from './pages/layout';
import { buildProblem } from './pages/problems';
import { openOutbox, pokeOutboxes } from './outbox';
import { checkPublicPage } from './public-page';
import { createReference, serve } from './serve/serve';
import type { Services } from './serve/services';
import { DEFAULT_COLOUR, readSettings } from './serve/settings';
import { Visit } from './serve/visit';
import { parseWebhookName } from './webhooks';

const ANSWERED = { noWebhookResponse: true } satisfies IWebhookResponseData;

/** Answers a request of a browser. Never rejects: n8n would store and log the error, and show it with its stack. */
export async function answerRequest(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = context.getResponseObject();
	try {
		if (context.getMode() === 'manual') return answerTest(context);
		const address = new ConnectAddress(context.getNodeWebhookUrl('default'));
		const services = await openServices(context);
		const { headers } = context.getRequestObject();
		const visit = new Visit(services, address, {
			headers,
			query: context.getQueryData(),
			body: context.getBodyData(),
		});
		const { method, path } = parseWebhookName(context.getWebhookName());
		const answer = await serve(visit, method, path);
		const { logoUrl } = services.settings.operator;
		sendAnswer(response, answer, { address, logoOrigin: logoUrl && new URL(logoUrl).origin });
	} catch (error) {
		const reference = createReference();
		context.logger.error(`Zixly Connect: ${reference}: no page: ${(error as Error).name}`);
		if (!response.headersSent) sendAnswer(response, buildPlain('failed', reference), NOWHERE);
	}
	return ANSWERED;
}

/** The test address serves no pages: cookies and redirect URIs belong to the production one. */
function answerTest(context: IWebhookFunctions): IWebhookResponseData {
	sendAnswer(context.getResponseObject(), buildPlain('test_address'), NOWHERE);
	return { ...ANSWERED, workflowData: [[buildSampleItem(new Date())]] };
}

const NOWHERE = { address: undefined, logoOrigin: undefined };

/** A page in nobody's name, for when the settings cannot be read. */
function buildPlain(problem: 'failed' | 'test_address', reference?: string): Answer {
	const operator = {
		...{ name: 'Zixly Connect', colour: DEFAULT_COLOUR, purpose: '' },
		logoUrl: undefined,
		support: undefined,
	};
	const view = { operator, providerName: 'the provider', accountWord: 'account', reference };
	return { page: buildPage(operator, buildProblem(problem, view)) };
}

async function openServices(context: IWebhookFunctions): Promise<Services> {
	const { ring, allowedHosts } = await getKeyRing(context);
	return {
		settings: readSettings((name, preset) => context.getNodeParameter(name, preset)),
		pool: await getDatabase(context),
		ring,
		log: context.logger,
		poke: pokeOutboxes,
		openProvider: async (definition) => await readConsentParts(context, definition, { allowedHosts }),
	};
}

/** Emits the events of connections, one item each, for as long as the workflow is published. */
export async function emitEvents(context: ITriggerFunctions): Promise<ITriggerResponse> {
	readSettings((name, preset) => context.getNodeParameter(name, preset));
	const pool = await getDatabase(context);
	const close = openOutbox(pool, context.logger, (event) => context.emit([[buildEventItem(event)]]));
	return { closeFunction: close };
}

/** So much later, n8n answers at the address that it has just registered. */
const SETTLING_MS = 20_000;

/**
 * Rejects what must not be published: pages over http, and settings that no page could be shown with.
 * @throws ExplainedError
 */
export function assertCanServe(context: IHookFunctions): void {
	const address = new ConnectAddress(context.getNodeWebhookUrl('default'));
	readSettings((name, preset) => context.getNodeParameter(name, preset));
	if (context.getMode() === 'manual') return;
	const http = createHttpClient(context);
	setTimeout(() => {
		void checkPublicPage(http, address.startUrl).then((problem) => {
			if (problem) context.logger.warn(`Zixly Connect: ${problem}`);
		});
	}, SETTLING_MS).unref();
}
