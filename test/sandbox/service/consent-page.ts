import type { OwnAccount } from './people';

/** What the page of a consent shows. */
export interface ConsentView {
	provider: string;
	/** Goes with every form, so that nothing is kept between two requests. */
	query: URLSearchParams;
	login: string;
	accounts: readonly OwnAccount[];
	scopes: readonly string[];
	/** All accounts at once, without a choice. */
	isForAll: boolean;
}

/** The page on which a person allows access, to one account or to all, or denies it. */
export function consentPage({ provider, query, login, accounts, scopes, isForAll }: ConsentView): string {
	const action = escape(`?${query.toString()}`);
	return page(
		`${provider} sandbox: allow access`,
		`<h1>Allow access?</h1>
<p>This is the ${provider} sandbox: all that it holds is made up.</p>
<form method="post" action="${action}"><p>Signed in as <strong id="login">${escape(login)}</strong>
<button name="login" value="">Use another login</button></p></form>
<h2>The app will be able to</h2>
<ul id="scopes">${scopes.map((scope) => `<li>${escape(scope)}</li>`).join('')}</ul>
<form method="post" action="${action}">
${isForAll ? listAccounts(accounts) : chooseAccount(accounts)}
<p><button id="allow" name="decision" value="allow">Allow access</button>
<button id="deny" name="decision" value="deny">Cancel</button></p>
</form>`,
	);
}

/** The page on which a person says who they are: there are no passwords. */
export function signInPage(provider: string, query: URLSearchParams, people: Iterable<string>): string {
	const buttons = [...people].map(
		(login) => `<li><button name="login" value="${escape(login)}">${escape(login)}</button></li>`,
	);
	return page(
		`${provider} sandbox: sign in`,
		`<h1>Sign in</h1>
<form method="post" action="${escape(`?${query.toString()}`)}"><ul>${buttons.join('\n')}</ul></form>`,
	);
}

/** A page for a request that must not be answered by a redirect. */
export function refusalPage(provider: string, reason: string): string {
	return page(`${provider} sandbox`, `<h1>Sorry</h1><p>${escape(reason)}</p>`);
}

function chooseAccount(accounts: readonly OwnAccount[]): string {
	const choices = accounts.map(
		({ id, name }, index) =>
			`<label><input type="radio" name="account" value="${escape(id)}"${index === 0 ? ' checked' : ''}> ${escape(name)}</label><br>`,
	);
	return `<fieldset><legend>Choose one</legend>${choices.join('\n')}</fieldset>`;
}

const listAccounts = (accounts: readonly OwnAccount[]): string =>
	`<p>in all of these:</p><ul id="accounts">${accounts.map(({ name }) => `<li>${escape(name)}</li>`).join('')}</ul>`;

const page = (title: string, body: string): string =>
	`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="font-family: sans-serif; max-width: 40rem; margin: 3rem auto"><main>
${body}
</main></body></html>`;

function escape(text: string): string {
	const entities: Record<string, string> = {
		'&': '&amp;',
		'<': '&lt;',
		'>': '&gt;',
		'"': '&quot;',
		"'": '&#39;',
	};
	return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
