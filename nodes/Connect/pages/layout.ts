import { randomBytes } from 'node:crypto';

import { BACKGROUNDS, buildPalette } from './colours';
import { html, Html } from './html';
import type { Operator } from './operator';

/** A page that is ready to be sent. */
export interface Page {
	status: number;
	html: string;
	/** What the policy in the header admits the page's style by. */
	nonce: string;
}

export interface PageContent {
	/** HTTP status, 200 by default. */
	status?: number;
	title: string;
	body: Html;
}

/** Puts content into the operator's frame. Pure but for the nonce. */
export function buildPage(operator: Operator, { status = 200, title, body }: PageContent): Page {
	const nonce = randomBytes(16).toString('base64');
	const page = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="generator" content="Zixly Connect" />
				<meta name="robots" content="noindex, nofollow" />
				<meta name="color-scheme" content="light dark" />
				<title>${title} – ${operator.name}</title>
				<style nonce="${nonce}">
					${new Html(buildStyle(operator.colour))}
				</style>
			</head>
			<body>
				<header>${showOperator(operator)}</header>
				<main>
					<h1>${title}</h1>
					${body}
				</main>
				<footer>${showHelp(operator)}</footer>
			</body>
		</html> `;
	return { status, html: page.text, nonce };
}

const showOperator = ({ name, logoUrl }: Operator): Html =>
	logoUrl ? html`<img src="${logoUrl}" alt="${name}" />` : html`<p class="name">${name}</p>`;

const showHelp = ({ name, support }: Operator): Html =>
	support
		? html`<p>Questions? Ask ${name}: <a href="${support.href}" rel="noreferrer">${support.text}</a></p>`
		: html`<p>Questions? Ask your contact at ${name}.</p>`;

/** The colour was checked, and nothing else of it comes from outside. */
function buildStyle(colour: string): string {
	const { button, buttonText, light, dark } = buildPalette(colour);
	return `
:root { color-scheme: light dark; --back: ${BACKGROUNDS.light}; --text: #1b1d21; --quiet: #50555e; --line: #c9cdd4; --soft: #f3f5f8; --accent: ${light}; --bad: #a31515 }
@media (prefers-color-scheme: dark) { :root { --back: ${BACKGROUNDS.dark}; --text: #eceef2; --quiet: #b3b9c4; --line: #474d59; --soft: #22262e; --accent: ${dark}; --bad: #ff9d93 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 38rem; padding: 1.25rem 1rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere }
header { border-bottom: 1px solid var(--line); padding-bottom: .75rem; margin-bottom: 1.5rem }
header img { display: block; max-width: 12rem; max-height: 3rem }
header .name { margin: 0; font-weight: 600 }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem }
h2 { font-size: 1.125rem; margin: 1.75rem 0 .5rem }
p, ul, dl { margin: 0 0 1rem }
ul { padding-left: 1.25rem }
a { color: var(--accent) }
dt { color: var(--quiet) }
dd { margin: 0 0 .75rem }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 1.25rem; padding: .25rem 1rem .75rem }
legend { padding: 0 .25rem; font-weight: 600 }
label.choice { display: flex; gap: .75rem; align-items: flex-start; padding: .6rem 0 }
input[type=checkbox], input[type=radio] { width: 1.25rem; height: 1.25rem; margin: .125rem 0 0; accent-color: var(--accent); flex: none }
button, a.button { display: inline-block; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; min-height: 2.75rem; padding: .6rem 1.25rem; border-radius: .5rem; border: 1px solid var(--line); background: ${button}; color: ${buttonText} }
button.second, a.second { background: var(--back); color: var(--text) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1.25rem 0 }
.actions form { margin: 0 }
.note { background: var(--soft); border-left: 4px solid var(--accent); padding: .75rem 1rem; margin: 0 0 1rem }
.bad { border-left-color: var(--bad) }
.quiet { color: var(--quiet) }
details { margin: 0 0 1rem }
summary { cursor: pointer; padding: .25rem 0 }
code { font-size: .9em }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .75rem; color: var(--quiet) }
@media (max-width: 30rem) { .actions, .actions form, .actions button, .actions a.button { width: 100%; text-align: center } }
`;
}
