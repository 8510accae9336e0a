import { buildForm, type FormTarget } from './forms';
import { html, type Html } from './html';
import type { PageContent } from './layout';
import type { Operator } from './operator';

/** A provider as the pages speak of it. */
export interface ProviderWords {
	name: string;
	/** What it calls an account: "organisation", "portal". */
	accountWord: string;
	/** What is read, one entry a stream. */
	reads: readonly string[];
	scopes: readonly string[];
}

export interface StartView {
	operator: Operator;
	provider: ProviderWords;
	tenantName: string;
	/** With `manage`, the page leads to the connection instead of to the provider. */
	purpose: 'connect' | 'reconnect' | 'manage';
	replacesAccount: boolean;
	form: FormTarget;
}

/** The page that a link opens. */
export function buildStart(view: StartView): PageContent {
	return view.purpose === 'manage' ? buildManageStart(view) : buildConnectStart(view);
}

function buildConnectStart(view: StartView): PageContent {
	const { operator, provider, tenantName, purpose } = view;
	const isAgain = purpose === 'reconnect';
	return {
		title: `${isAgain ? 'Reconnect' : 'Connect'} ${provider.name}`,
		body: html`<p>
				<strong>${operator.name}</strong> asks to read data from ${provider.name} for
				<strong>${tenantName}</strong>.
			</p>
			${isAgain && html`<p>${describeReconnect(view)}</p>`}
			<h2>What is read</h2>
			<ul>
				${provider.reads.map((line) => html`<li>${line}</li>`)}
			</ul>
			<h2>Why</h2>
			<p>
				${operator.purpose || `${operator.name} uses it for the reports that it prepares for ${tenantName}.`}
			</p>
			<h2>Who reads it</h2>
			<p>
				${operator.name} only. Nothing is changed in ${provider.name}, and nobody sees your password. You can
				end the connection at any time.
			</p>
			${listScopes(provider)}
			<h2>What happens next</h2>
			<p>
				You sign in at ${provider.name} and allow the connection there. Then you come back here and confirm
				which ${provider.accountWord} is connected. Nothing is connected before you confirm.
			</p>
			<div class="actions">${buildForm(view.form, 'Continue')}</div>`,
	};
}

function describeReconnect({ provider, replacesAccount }: StartView): string {
	return replacesAccount
		? `You may choose another ${provider.accountWord} than before. What was read before is kept.`
		: `Sign in with access to the same ${provider.accountWord} as before. What was read before is kept.`;
}

const listScopes = ({ name, scopes }: ProviderWords): Html | undefined =>
	scopes.length === 0
		? undefined
		: html`<details>
				<summary>Permissions as ${name} names them</summary>
				<ul>
					${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
				</ul>
			</details>`;

function buildManageStart({ operator, provider, tenantName, form }: StartView): PageContent {
	return {
		title: `Your connection with ${provider.name}`,
		body: html`<p>
				See what <strong>${operator.name}</strong> reads from ${provider.name} for
				<strong>${tenantName}</strong>, reconnect it or end it.
			</p>
			<p>The page stays open for 30 minutes in this browser.</p>
			<div class="actions">${buildForm(form, 'Continue')}</div>`,
	};
}
