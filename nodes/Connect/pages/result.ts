import { buildLink } from './forms';
import { html } from './html';
import type { PageContent } from './layout';
import type { Operator } from './operator';

/** What the result page can say: words alone, since they stand in its URL. */
export type ResultStatus = 'connected' | 'reconnected' | 'awaiting_approval' | 'disconnected' | 'forgotten';

export interface ResultView {
	operator: Operator;
	providerName: string;
	status: ResultStatus;
	/** Leads back to the operator's own pages. */
	returnUrl: string | undefined;
}

interface Words {
	title: string;
	texts: readonly string[];
}

/** The page at the end. */
export function buildResult(view: ResultView): PageContent {
	const { title, texts } = DESCRIBE[view.status](view);
	return {
		title,
		body: html`<div role="status">${texts.map((text) => html`<p>${text}</p>`)}</div>
			${view.returnUrl
				? html`<div class="actions">
						${buildLink(view.returnUrl, `Return to ${new URL(view.returnUrl).host}`)}
					</div>`
				: html`<p>You can close this page.</p>`}`,
	};
}

export const isResultStatus = (word: string): word is ResultStatus => Object.hasOwn(DESCRIBE, word);

const DESCRIBE: Readonly<Record<ResultStatus, (view: ResultView) => Words>> = {
	connected: ({ operator, providerName }) => ({
		title: `${providerName} is connected`,
		texts: [
			`${operator.name} now reads your data, and keeps it up to date by itself. The first reading may take some time.`,
			`You need do nothing more. If the connection stops working, ${operator.name} sends you a new link.`,
		],
	}),
	reconnected: ({ operator, providerName }) => ({
		title: `${providerName} is connected again`,
		texts: [`${operator.name} goes on where reading stopped. What was read before has been kept.`],
	}),
	awaiting_approval: ({ operator, providerName }) => ({
		title: `Thank you: ${operator.name} checks the connection`,
		texts: [
			`Your access to ${providerName} is stored, and nothing is read yet. Reading begins as soon as ${operator.name} has approved it.`,
		],
	}),
	disconnected: ({ operator, providerName }) => ({
		title: `${providerName} is disconnected`,
		texts: [
			`${operator.name} reads nothing more, and the access has been withdrawn at ${providerName}.`,
			'What was read before has been kept. Ask if it is to be deleted.',
		],
	}),
	forgotten: ({ operator, providerName }) => ({
		title: `${providerName} is disconnected`,
		texts: [
			`${operator.name} reads nothing more: its copy of the access has been deleted.`,
			`${providerName} may still list the app. To remove it there too, open ${providerName}’s settings for connected apps. This also ends other connections that you made with the same sign-in.`,
			'What was read before has been kept. Ask if it is to be deleted.',
		],
	}),
};
