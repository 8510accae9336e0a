import type { HttpClient } from '../engine/contract/http';
import { MARKER_HEADER } from './http/answer';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 2 ** 20;

/**
 * Looks whether our pages answer at their public address. An answer of 200 says little: a proxy that keeps its prefix
 * gets the page of n8n's editor, and of two workflows with one path the second serves nothing, without an error.
 * @returns what is wrong and what to do; undefined if our page answered
 */
export async function checkPublicPage(http: HttpClient, url: string): Promise<string | undefined> {
	try {
		const request = { method: 'GET' as const, url, headers: {}, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
		const { status, headers } = await http(request);
		if (headers[MARKER_HEADER] !== undefined) return undefined;
		return `${url} answers with status ${status}, but not with the pages of Zixly Connect. ${REMEDY}`;
	} catch {
		return `${url} does not answer. ${REMEDY}`;
	}
}

const REMEDY =
	'Publish the workflow with the Zixly Connect node, and no second one with the same path. Compare WEBHOOK_URL of n8n with what the proxy forwards: a prefix must be removed there. See docs/connect.md.';
