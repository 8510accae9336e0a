import { html, type Html } from './html';

/** Where a form leads and what it carries unseen. */
export interface FormTarget {
	action: string;
	/** Our own token, without which no form is accepted. */
	formToken: string;
	hidden: Readonly<Record<string, string>>;
}

/** A form that is sent with one button. @param inner what a person fills in */
export function buildForm(
	target: FormTarget,
	button: string,
	inner?: Html,
	kind: 'main' | 'second' = 'main',
) {
	const hidden = { ...target.hidden, token: target.formToken };
	return html`<form method="post" action="${target.action}">
		${Object.entries(hidden).map(
			([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
		)}
		${inner}
		<button type="submit" class="${kind}">${button}</button>
	</form>`;
}

/** A link that looks like a button. */
export const buildLink = (href: string, text: string, kind: 'main' | 'second' = 'main'): Html =>
	html`<a class="button ${kind}" href="${href}" rel="noreferrer">${text}</a>`;
