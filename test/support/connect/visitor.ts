/** What a browser shows after a request and its redirects. */
export interface Shown {
	url: string;
	status: number;
	html: string;
	title: string;
	headers: Headers;
}

const MAX_REDIRECTS = 10;

/** A browser without scripts: cookies, redirects and forms, one request at a time, every step kept. */
export class Visitor {
	/** Every address that was asked for, and every body that came back. */
	readonly seen: string[] = [];
	private cookies = new Map<string, string>();
	private shown: Shown | undefined;

	constructor(private readonly keepsCookies = true) {}

	get page(): Shown {
		if (!this.shown) throw new Error('Nothing was opened yet.');
		return this.shown;
	}

	async open(url: string): Promise<Shown> {
		return await this.follow(url, { method: 'GET' });
	}

	/** Opens the address without following a redirect. */
	async peek(url: string, init: RequestInit = {}): Promise<Response> {
		return await this.request(url, init);
	}

	/** Sends the form whose button has this text. @param fields changed or added */
	async press(
		button: string,
		fields: Record<string, string | string[]> = {},
		headers: Record<string, string> = {},
	) {
		const { action, body } = readForm(this.page, button);
		for (const [name, value] of Object.entries(fields)) {
			body.delete(name);
			for (const one of [value].flat()) body.append(name, one);
		}
		return await this.post(action, body, headers);
	}

	async post(url: string, body: URLSearchParams, headers: Record<string, string> = {}): Promise<Shown> {
		const origin = new URL(url).origin;
		return await this.follow(url, {
			method: 'POST',
			headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
			body: body.toString(),
		});
	}

	/** Follows the link with this text on the page. */
	async click(text: string): Promise<Shown> {
		const links = [...this.page.html.matchAll(/<a\s[^>]*?href="([^"]*)"[^>]*>\s*([^<]*?)\s*<\/a/g)];
		const found = links.find(([, , shown]) => decode(shown!) === text);
		if (!found) throw new Error(`The page "${this.page.title}" has no link "${text}".`);
		return await this.open(new URL(decode(found[1]!), this.page.url).href);
	}

	/** Another browser with a copy of the cookies: what a thief of them would have. */
	clone(): Visitor {
		const other = new Visitor();
		other.cookies = new Map(this.cookies);
		return other;
	}

	private async follow(url: string, init: RequestInit): Promise<Shown> {
		let [at, next] = [url, init];
		for (let count = 0; count < MAX_REDIRECTS; count++) {
			const reply = await this.request(at, next);
			const location = reply.headers.get('location');
			if (location === null || reply.status < 300 || reply.status > 399) return await this.show(at, reply);
			at = new URL(location, at).href;
			next = { method: 'GET' };
		}
		throw new Error(`More than ${MAX_REDIRECTS} redirects from ${url}.`);
	}

	private async request(url: string, init: RequestInit): Promise<Response> {
		this.seen.push(url);
		const jar = new URL(url).hostname === 'localhost' ? this.cookies : new Map<string, string>();
		const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
		const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
		const reply = await fetch(url, { ...init, headers, redirect: 'manual' });
		for (const line of this.keepsCookies ? reply.headers.getSetCookie() : []) {
			const [pair = ''] = line.split(';');
			jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
		}
		return reply;
	}

	private async show(url: string, reply: Response): Promise<Shown> {
		const html = await reply.text();
		this.seen.push(html);
		const title = decode(/<h1>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? '');
		this.shown = { url, status: reply.status, html, title, headers: reply.headers };
		return this.shown;
	}
}

function readForm({ html, title, url }: Shown, button: string): { action: string; body: URLSearchParams } {
	const forms = html.split('<form ').slice(1);
	const form = forms.find((text) => new RegExp(`<button[^>]*>\\s*${button}\\s*</button`).test(text));
	if (!form) throw new Error(`The page "${title}" has no button "${button}".`);
	const [inside = ''] = form.split('</form>');
	const action = /action="([^"]*)"/.exec(inside)?.[1] ?? '';
	const body = new URLSearchParams();
	for (const [input] of inside.matchAll(/<input[^>]*>/g)) {
		const isSent = /type="hidden"/.test(input) || /\schecked/.test(input);
		if (isSent) body.append(attribute(input, 'name'), attribute(input, 'value'));
	}
	return { action: new URL(decode(action), url).href, body };
}

const attribute = (tag: string, name: string): string =>
	decode(new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

const decode = (text: string): string =>
	text
		.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
		.replace(/&amp;/g, '&')
		.replace(/\s+/g, ' ')
		.trim();
