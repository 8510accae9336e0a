import { ExplainedError } from '../../db/postgres/explained-error';

/** The path of the node Zixly Connect, unless it was changed there. */
const DEFAULT_PATH = 'zixly-connect';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const MAX_LENGTH = 500;

/**
 * The start page of Zixly Connect.
 * @param base the public address of n8n's webhooks, such as `https://n8n.example.com`, or the whole address of the page,
 *   as the node shows it; anything after the path is dropped
 * @throws ExplainedError if tenants cannot or must not be sent there
 */
export function readStartPage(base: string): string {
	const url = parseBase(base.trim());
	const isLocal = LOOPBACK.has(url.hostname);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
		throw new ExplainedError(
			`The base URL must begin with https://, not ${url.protocol}//`,
			'A link opens a connection to a tenant’s data: it must not be readable on its way.',
		);
	if (url.username || url.password)
		throw new ExplainedError('The base URL contains a user name or password.', 'Remove it.');
	const path = url.pathname.replace(/\/{1,16}$/, '');
	const isWhole = /\/webhook\/[^/]/.test(path);
	return `${url.origin}${isWhole ? path : `${path.replace(/\/webhook$/, '')}/webhook/${DEFAULT_PATH}`}`;
}

function parseBase(base: string): URL {
	if (base.length <= MAX_LENGTH && URL.canParse(base)) return new URL(base);
	throw new ExplainedError(
		base === '' ? 'There is no base URL.' : 'The base URL is not a URL.',
		'Give the public address of n8n, such as https://n8n.example.com',
	);
}

/** The address to send to a tenant. It holds the link's secret. @param startPage of `readStartPage` */
export function buildLinkUrl(startPage: string, token: string): string {
	return `${startPage}?t=${encodeURIComponent(token)}`;
}
