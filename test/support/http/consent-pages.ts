/** What a person does on the pages of a provider. */
export interface PersonsChoice {
	/** Who signs in, where nobody is signed in yet. */
	login: string;
	/** The name of the account to allow; undefined where the page lets choose none. */
	account?: string;
	/** Cancels instead. */
	denies?: true;
}

/**
 * Walks a provider's pages of the sandbox as a browser would: signs in, chooses and allows.
 * @returns the address that the provider leads back to
 */
export async function walkConsentPages(url: string, choice: PersonsChoice): Promise<URL> {
	const signIn = await postForm(url, { login: choice.login });
	const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? '';
	const page = new URL(signIn.headers.get('location') ?? '', url).href;
	const html = await (await fetch(page, { headers: { cookie } })).text();
	const decision = choice.denies ? 'deny' : 'allow';
	const account = choice.account === undefined ? '' : findAccount(html, choice.account);
	const reply = await postForm(page, { decision, account }, cookie);
	const location = reply.headers.get('location');
	if (location) return new URL(location);
	throw new Error(`The consent page answered ${reply.status}: ${await reply.text()}`);
}

async function postForm(url: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
	const body = new URLSearchParams(fields);
	return await fetch(url, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
}

/** The value of the choice with this name. */
function findAccount(html: string, name: string): string {
	for (const [, value, label] of html.matchAll(
		/name="account" value="([^"]*)"(?: checked)?> ([^<]*)<\/label>/g,
	)) {
		if (unescape(label!) === name) return unescape(value!);
	}
	throw new Error(`The consent page offers no "${name}":\n${html}`);
}

const unescape = (text: string): string =>
	text
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&quot;', '"')
		.replaceAll('&#39;', "'")
		.replaceAll('&amp;', '&');
