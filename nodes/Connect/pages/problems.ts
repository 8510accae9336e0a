import { buildLink } from './forms';
import { html } from './html';
import type { PageContent } from './layout';
import type { Operator } from './operator';

/** Everything that may go wrong for a person, each with a page of its own. */
export type Problem =
	| 'no_link'
	| 'unknown_link'
	| 'expired_link'
	| 'used_link'
	| 'other_browser'
	| 'no_cookies'
	| 'denied'
	| 'state_ended'
	| 'choice_ended'
	| 'session_ended'
	| 'provider_rejected'
	| 'provider_down'
	| 'scope_missing'
	| 'no_account'
	| 'other_account'
	| 'account_taken'
	| 'foreign_form'
	| 'not_set_up'
	| 'test_address'
	| 'failed';

export interface ProblemView {
	operator: Operator;
	/** The provider's name, if it is known. */
	providerName: string;
	/** What the provider calls an account. */
	accountWord: string;
	/** Leads back to the start of the link, if that is known. */
	startAgainUrl?: string | undefined;
	signOutUrl?: string | undefined;
	/** The accounts that it is about, by name. */
	accountNames?: readonly string[];
	/** What the operator finds in the log of n8n. */
	reference?: string;
	/** Leads back to the operator's own pages. */
	returnUrl?: string | undefined;
}

interface Words {
	status: number;
	title: string;
	texts: readonly string[];
}

/** A page that says what happened, that nothing was changed, and what to do. */
export function buildProblem(problem: Problem, view: ProblemView): PageContent {
	const { status, title, texts } = DESCRIBE[problem](view);
	return {
		status,
		title,
		body: html`<div role="alert">${texts.map((text) => html`<p>${text}</p>`)}</div>
			<div class="actions">
				${view.signOutUrl && buildLink(view.signOutUrl, `Sign out of ${view.providerName}`, 'second')}
				${view.startAgainUrl && buildLink(view.startAgainUrl, 'Begin again')}
				${view.returnUrl && buildLink(view.returnUrl, `Return to ${new URL(view.returnUrl).host}`, 'second')}
			</div>
			${view.reference && html`<p class="quiet">Reference: <code>${view.reference}</code></p>`}`,
	};
}

const UNCHANGED = 'Nothing was changed.';

const askForLink = ({ operator }: ProblemView): string => `Ask ${operator.name} for a new link.`;

const listNames = (names: readonly string[] | undefined): string => (names ?? []).join(', ');

const DESCRIBE: Readonly<Record<Problem, (view: ProblemView) => Words>> = {
	no_link: ({ operator }) => ({
		status: 200,
		title: 'Open the link that you were sent',
		texts: [
			`On these pages you connect your software with ${operator.name}. They open with a personal link.`,
			`If you have none, ask ${operator.name} for one.`,
		],
	}),
	unknown_link: (view) => ({
		status: 404,
		title: 'This link is not known',
		texts: [
			'Part of it may be missing: copy the whole link from the message, or click it there.',
			askForLink(view),
		],
	}),
	expired_link: (view) => ({
		status: 410,
		title: 'This link has expired',
		texts: [`Links work for a limited time. ${UNCHANGED}`, askForLink(view)],
	}),
	used_link: (view) => ({
		status: 410,
		title: 'This link has already been used',
		texts: [
			'Each link connects once. If you used it, everything is done and you can close this page.',
			`If it was not you, tell ${view.operator.name}.`,
		],
	}),
	other_browser: (view) => ({
		status: 403,
		title: 'This link was opened in another browser',
		texts: [
			'For your safety, a link works only in the browser in which you continued first. Open it there.',
			`If that was not you, tell ${view.operator.name} and ask for a new link.`,
		],
	}),
	no_cookies: ({ operator }) => ({
		status: 400,
		title: 'Your browser did not send our cookie',
		texts: [
			'Open the link from the message again, in one browser from beginning to end. An app that shows pages inside itself may hand over to another browser on the way.',
			`If that does not help, allow cookies for this site, or use another browser. Questions? ${operator.name} can help. ${UNCHANGED}`,
		],
	}),
	denied: ({ providerName }) => ({
		status: 200,
		title: 'You did not allow the connection',
		texts: [
			`${providerName} told us that access was not allowed. ${UNCHANGED}`,
			'You can begin again at any time.',
		],
	}),
	state_ended: ({ providerName }) => ({
		status: 400,
		title: 'This sign-in cannot be used any more',
		texts: [
			`It was used already, took longer than ten minutes, or was not begun here. ${UNCHANGED}`,
			`Open the link from the message again. If you were asked by ${providerName} more than once, use the latest page.`,
		],
	}),
	choice_ended: () => ({
		status: 410,
		title: 'This page has expired',
		texts: [
			'You confirmed already, began again in another tab, or waited longer than fifteen minutes.',
			'If you did not confirm, open the link from the message again.',
		],
	}),
	session_ended: (view) => ({
		status: 410,
		title: 'This page has expired',
		texts: ['It stays open for 30 minutes. Open the link from the message again.', askForLink(view)],
	}),
	provider_rejected: ({ providerName, operator }) => ({
		status: 502,
		title: `${providerName} did not accept the sign-in`,
		texts: [`${UNCHANGED} Begin again. If it happens again, tell ${operator.name} the reference below.`],
	}),
	provider_down: ({ providerName }) => ({
		status: 503,
		title: `${providerName} does not answer`,
		texts: [`${UNCHANGED} Wait some minutes and begin again.`],
	}),
	scope_missing: ({ providerName, operator }) => ({
		status: 200,
		title: 'Not everything was allowed',
		texts: [
			`${providerName} did not give all permissions that ${operator.name} needs. ${UNCHANGED}`,
			`Begin again and allow everything that is asked for. You may need a sign-in with more rights.`,
		],
	}),
	no_account: ({ providerName, accountWord, operator }) => ({
		status: 200,
		title: `There is no ${accountWord} to connect`,
		texts: [
			`Your sign-in at ${providerName} has no ${accountWord} that ${operator.name} may read. ${UNCHANGED}`,
			`Sign in as a person who has access to it, or choose it on the page of ${providerName}.`,
		],
	}),
	other_account: ({ providerName, accountWord, accountNames, operator }) => ({
		status: 409,
		title: `This is another ${accountWord} than before`,
		texts: [
			`This connection belongs to ${listNames(accountNames)}, which your sign-in does not reach. ${UNCHANGED}`,
			`Sign out of ${providerName}, begin again and sign in with access to it. If another ${accountWord} is to take its place, ask ${operator.name} for a link that allows it.`,
		],
	}),
	account_taken: ({ accountNames, accountWord, operator }) => ({
		status: 409,
		title: `This ${accountWord} is already connected elsewhere`,
		texts: [
			`${listNames(accountNames)} is connected for another client of ${operator.name}, and can be connected once only. ${UNCHANGED}`,
			`Begin again and choose another ${accountWord}, or ask ${operator.name}.`,
		],
	}),
	foreign_form: () => ({
		status: 403,
		title: 'This did not come from our page',
		texts: [
			`${UNCHANGED} Another page may have tried to act in your name, or your browser does not send what we check.`,
			'Open the link from the message again.',
		],
	}),
	not_set_up: ({ providerName, operator }) => ({
		status: 503,
		title: `${providerName} cannot be connected yet`,
		texts: [`${operator.name} has not finished setting it up. ${UNCHANGED} Tell ${operator.name}, please.`],
	}),
	test_address: () => ({
		status: 200,
		title: 'This is the test address of n8n',
		texts: [
			'The pages for tenants are at the production address of the workflow, once it is published.',
			'A sample event was sent to the editor, so that you can set up the nodes after this one.',
		],
	}),
	failed: ({ operator }) => ({
		status: 500,
		title: 'Something went wrong',
		texts: [
			'Open the link from the message again in a few minutes.',
			`If it happens again, tell ${operator.name} the reference below.`,
		],
	}),
};
