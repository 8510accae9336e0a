import type { ServiceConsent } from './settings';

/** The page on which a person chooses what the app may see; each choice leads back here with `consent=`. */
export function consentPage(
	provider: string,
	consents: Iterable<ServiceConsent>,
	query: URLSearchParams,
): string {
	const choices = [...consents].map(
		({ name, shown }) => `<li><a href="${link(query, name)}">${escape(name)}</a>: ${escape(shown)}</li>`,
	);
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${provider} sandbox: allow access</title></head>
<body style="font-family: sans-serif; max-width: 40rem; margin: 3rem auto">
<h1>Allow access?</h1>
<p>This is the ${provider} sandbox: all that it holds is made up. Choose what the app may see.</p>
<ul>
${choices.join('\n')}
</ul>
<p><a href="${link(query, 'deny')}">Deny</a></p>
</body></html>`;
}

/** A page for a request that must not be answered by a redirect. */
export function refusalPage(provider: string, reason: string): string {
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${provider} sandbox</title><h1>Sorry</h1><p>${escape(reason)}</p></html>`;
}

function link(query: URLSearchParams, consent: string): string {
	const chosen = new URLSearchParams(query);
	chosen.set('consent', consent);
	return escape(`?${chosen.toString()}`);
}

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
