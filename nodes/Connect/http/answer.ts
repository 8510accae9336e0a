import type { ServerResponse } from 'node:http';

import type { Page } from '../pages/layout';
import type { ConnectAddress } from './address';

/** What a request is answered with: a page, or a way to another address. */
export type Answer =
	| {
			page: Page;
			cookies?: readonly string[];
			/** Where the page's forms may lead besides to us. Browsers apply it to redirects after a form too. */
			formOrigins?: readonly string[];
	  }
	| { to: string; cookies?: readonly string[] };

/** What the pages of a request have in common. */
export interface AnswerSettings {
	address: ConnectAddress | undefined;
	/** The origin of the operator's logo, if there is one. */
	logoOrigin: string | undefined;
}

/** Tells our pages from whatever else may answer at the address. Set on every answer. */
export const MARKER_HEADER = 'x-zixly-connect';

/** Everything that n8n would otherwise decide: status, headers and body. */
export function sendAnswer(response: ServerResponse, answer: Answer, settings: AnswerSettings): void {
	const isPage = 'page' in answer;
	response.statusCode = isPage ? answer.page.status : 303;
	const policy = isPage ? buildPolicy(settings, answer.page.nonce, answer.formOrigins) : NOTHING;
	for (const [name, value] of Object.entries(buildHeaders(settings, policy))) response.setHeader(name, value);
	// n8n admits whatever origin asks; ours are pages for people.
	for (const name of CORS_HEADERS) response.removeHeader(name);
	if (answer.cookies?.length) response.setHeader('Set-Cookie', [...answer.cookies]);
	if (!isPage) response.setHeader('Location', answer.to);
	// Not `send`: it would add an ETag, and answer 304 whatever Cache-Control says.
	response.end(isPage && response.req.method !== 'HEAD' ? answer.page.html : undefined);
}

const CORS_HEADERS = [
	'Access-Control-Allow-Origin',
	'Access-Control-Allow-Methods',
	'Access-Control-Allow-Headers',
	'Access-Control-Allow-Credentials',
];

function buildHeaders(settings: AnswerSettings, policy: string): Record<string, string> {
	return {
		'Content-Type': 'text/html; charset=utf-8',
		'Content-Security-Policy': policy,
		// Without no-transform n8n would compress: with secrets and foreign text on a page, its length tells of both.
		'Cache-Control': 'no-store, no-transform',
		// `no-referrer` would make browsers send `Origin: null` with our forms.
		'Referrer-Policy': 'same-origin',
		'X-Content-Type-Options': 'nosniff',
		'X-Frame-Options': 'DENY',
		'X-Robots-Tag': 'noindex, nofollow',
		'Cross-Origin-Opener-Policy': 'same-origin',
		'Cross-Origin-Resource-Policy': 'same-origin',
		'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
		[MARKER_HEADER]: '1',
		...(settings.address?.isSecure && { 'Strict-Transport-Security': 'max-age=31536000' }),
	};
}

const NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** No script at all, and no resource but the operator's logo. */
function buildPolicy(
	{ logoOrigin }: AnswerSettings,
	nonce: string,
	formOrigins: readonly string[] = [],
): string {
	return [
		"default-src 'none'",
		`style-src 'nonce-${nonce}'`,
		`img-src ${logoOrigin ?? "'none'"}`,
		["form-action 'self'", ...formOrigins].join(' '),
		"frame-ancestors 'none'",
		"base-uri 'none'",
		'sandbox allow-forms allow-same-origin',
	].join('; ');
}
