import { ExplainedError } from '../../../db/postgres/explained-error';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export type PageName = 'continue' | 'accounts' | 'result' | 'manage' | 'disconnect';

/** Where the pages are. It comes from n8n's own webhook URL, never from a header of a request. */
export class ConnectAddress {
	private readonly start: URL;

	/** @throws ExplainedError if tenants must not be sent there */
	constructor(startUrl: string | undefined) {
		this.start = parseStart(startUrl);
		if (this.isSecure || LOOPBACK.has(this.start.hostname)) return;
		throw new ExplainedError(
			'The pages of Zixly Connect need https.',
			'Tokens and cookies would be readable on the network. Set WEBHOOK_URL of n8n to the public address that begins with https:// and restart n8n.',
		);
	}

	get isSecure(): boolean {
		return this.start.protocol === 'https:';
	}

	/** As browsers send it in `Origin`. */
	get origin(): string {
		return this.start.origin;
	}

	/** The path below which a cookie without the `__Host-` prefix is sent. */
	get cookiePath(): string {
		return this.start.pathname;
	}

	get startUrl(): string {
		return this.start.href;
	}

	page(name: PageName, query: Readonly<Record<string, string>> = {}): string {
		return this.build(`/${name}`, query);
	}

	/** The start page of a link, for the browser that holds its proof. */
	link(linkId: string, proof: string): string {
		return this.build('', { link: linkId, proof });
	}

	/** The redirect URI that is registered at the provider. */
	callback(provider: string): string {
		return this.build(`/callback/${provider}`, {});
	}

	private build(suffix: string, query: Readonly<Record<string, string>>): string {
		const url = new URL(this.start);
		url.pathname += suffix;
		url.search = new URLSearchParams(query).toString();
		return url.href;
	}
}

function parseStart(startUrl: string | undefined): URL {
	if (startUrl && URL.canParse(startUrl)) {
		const url = new URL(startUrl);
		if (/^https?:$/.test(url.protocol)) return stripEnd(url);
	}
	throw new ExplainedError(
		'n8n does not say under which address the pages of Zixly Connect are.',
		'Set WEBHOOK_URL of n8n to its public address and restart n8n.',
	);
}

function stripEnd(url: URL): URL {
	url.pathname = url.pathname.replace(/\/{1,16}$/, '');
	url.search = '';
	url.hash = '';
	return url;
}
