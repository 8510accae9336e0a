import type { IWebhookDescription, WebhookType } from 'n8n-workflow';

import { providers } from '../providers/registry';

/** What n8n calls the paths of the node. It declares two names and takes any. */
const named = (name: string): WebhookType => name as WebhookType;

/** The entries that the operator copies from the panel: the address of the pages, and the redirect URIs. */
const shown: Partial<IWebhookDescription> = { ndvHideUrl: false };

function describePath(httpMethod: string, suffix: string, more: Partial<IWebhookDescription> = {}) {
	return {
		name: named(suffix === '' && httpMethod === 'GET' ? 'default' : `${httpMethod} ${suffix}`),
		httpMethod,
		// With the node's webhookId, this is the whole path: a link must not change when the workflow is copied.
		path: `={{$parameter["path"]}}${suffix}`,
		isFullPath: true,
		responseMode: 'onReceived',
		ndvHideUrl: true,
		ndvHideMethod: true,
		...more,
	} satisfies IWebhookDescription;
}

/**
 * All paths below the node's own. GET everywhere: a reload of a page that a form led to would show n8n's error with its
 * stack.
 */
export const connectWebhooks: IWebhookDescription[] = [
	describePath('GET', '', shown),
	describePath('HEAD', ''),
	...Object.keys(providers).map((key) => describePath('GET', `/callback/${key}`, shown)),
	...['/continue', '/accounts', '/disconnect'].flatMap((suffix) => [
		describePath('GET', suffix),
		describePath('POST', suffix),
	]),
	describePath('GET', '/result'),
	describePath('GET', '/manage'),
];

/** Method and path below the node's own, of the name that n8n says. */
export function parseWebhookName(name: string): { method: string; path: string } {
	if (name === 'default') return { method: 'GET', path: '' };
	const [method = '', path = ''] = name.split(' ', 2);
	return { method, path };
}
