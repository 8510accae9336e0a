/** The owner of every n8n that the tests and `npm run n8n` start; it listens on 127.0.0.1 only. */
export const OWNER = { email: 'owner@zixly.example', password: 'Zixly-demo-1' };

const BROWSER = 'zixly-tests';

/** A signed-in user of n8n's own REST interface, the one that its editor uses. */
export class N8nSession {
	private constructor(
		readonly url: string,
		private readonly cookie: string,
	) {}

	static async signIn(url: string): Promise<N8nSession> {
		const reply = await fetch(`${url}/rest/login`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'browser-id': BROWSER },
			body: JSON.stringify({ emailOrLdapLoginId: OWNER.email, password: OWNER.password }),
		});
		if (!reply.ok) throw new Error(`n8n refused the owner's sign-in: ${reply.status} ${await reply.text()}`);
		const cookie = reply.headers.getSetCookie().map((line) => line.split(';')[0]);
		return new N8nSession(url, cookie.join('; '));
	}

	/** Calls `/rest/<path>` and resolves to the reply's `data`; rejects for any status but 2xx. */
	async rest<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
		const reply = await fetch(`${this.url}/rest/${path}`, {
			method,
			headers: { 'content-type': 'application/json', 'browser-id': BROWSER, cookie: this.cookie },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${method} /rest/${path} answered ${reply.status}: ${text}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** Opens a page of n8n's as the signed-in browser does; resolves to its text, whatever its status. */
	async open(path: string): Promise<string> {
		const reply = await fetch(`${this.url}/rest/${path}`, {
			headers: { 'browser-id': BROWSER, cookie: this.cookie },
		});
		return await reply.text();
	}
}
