import { buildForm, type FormTarget } from './forms';
import { html, type Html } from './html';
import type { PageContent } from './layout';
import type { Operator } from './operator';
import type { ProviderWords } from './start';

interface AccountChoice {
	id: string;
	name: string;
	/** Whether the connection reads it now. */
	isKnown: boolean;
}

export interface ChoiceView {
	operator: Operator;
	provider: Pick<ProviderWords, 'name' | 'accountWord'>;
	tenantName: string;
	accounts: readonly AccountChoice[];
	form: FormTarget;
	/** Leads back to the start of the link. */
	startAgainUrl: string;
	signOutUrl: string | undefined;
	/** Whether the form came back without a choice. */
	isChoiceMissing: boolean;
}

/** Always shown before anything is stored: which account, for which tenant. */
export function buildChoice(view: ChoiceView): PageContent {
	return view.accounts.length === 1 ? confirmOne(view, view.accounts[0]!) : chooseSome(view);
}

function confirmOne(view: ChoiceView, account: AccountChoice): PageContent {
	const { tenantName, provider, form } = view;
	const chosen = html`<input type="hidden" name="account" value="${account.id}" />`;
	return {
		title: `Give ${tenantName} access to ${account.name}?`,
		body: html`<dl>
				<dt>${capitalise(provider.accountWord)} in ${provider.name}</dt>
				<dd><strong>${account.name}</strong></dd>
				<dt>Connected for</dt>
				<dd><strong>${tenantName}</strong></dd>
				<dt>Read by</dt>
				<dd>${view.operator.name}</dd>
			</dl>
			<div class="actions">${buildForm(form, 'Confirm', chosen)}</div>
			${explainWrongAccount(view)}`,
	};
}

function chooseSome(view: ChoiceView): PageContent {
	const { tenantName, provider, form, accounts } = view;
	const hasKnown = accounts.some(({ isKnown }) => isKnown);
	const boxes = html`<fieldset>
		<legend>Which ${provider.accountWord} belongs to ${tenantName}?</legend>
		${accounts.map((account, index) => showBox(account, index))}
	</fieldset>`;
	return {
		title: `Give ${tenantName} access to these accounts?`,
		body: html`${view.isChoiceMissing &&
			html`<p class="note bad" role="alert">Choose at least one ${provider.accountWord}.</p>`}
			<p>
				Choose only what belongs to <strong>${tenantName}</strong>. ${view.operator.name} reads what you
				choose, and nothing else.
			</p>
			${hasKnown && html`<p>What is connected already is chosen.</p>`}
			<div class="choices">${buildForm(form, 'Confirm', boxes)}</div>
			${explainWrongAccount(view)}`,
	};
}

const showBox = ({ id, name, isKnown }: AccountChoice, index: number): Html =>
	html`<label class="choice" for="account-${index}"
		><input
			type="checkbox"
			id="account-${index}"
			name="account"
			value="${id}"
			${isKnown && html` checked`}
		/><span>${name}${isKnown && html` <span class="quiet">(connected)</span>`}</span></label
	> `;

function explainWrongAccount({ provider, startAgainUrl, signOutUrl }: ChoiceView): Html {
	return html`<h2>Is it not the right one?</h2>
		<p>
			Nothing is connected yet.
			${signOutUrl
				? html`<a href="${signOutUrl}" rel="noreferrer">Sign out of ${provider.name}</a>, come back to this
						page and`
				: html`Sign out of ${provider.name} and`} <a href="${startAgainUrl}">begin again</a> with the right
			sign-in.
		</p>`;
}

const capitalise = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
