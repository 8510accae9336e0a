import { buildForm, buildLink, type FormTarget } from './forms';
import { html, type Html } from './html';
import type { PageContent } from './layout';
import type { Operator } from './operator';

export interface ManageView {
	operator: Operator;
	providerName: string;
	accountWord: string;
	tenantName: string;
	/** Undefined if nothing is connected. */
	connection: ConnectionView | undefined;
	reconnect: FormTarget;
	disconnectUrl: string;
}

export interface ConnectionView {
	accounts: readonly string[];
	state: 'working' | 'attention' | 'waiting' | 'paused' | 'ended';
	/** Instant, ISO 8601. */
	lastSyncAt: string | null;
	/** In words for a person; empty if all is well. */
	problems: readonly string[];
	/** Latest first. */
	events: ReadonlyArray<{ at: string; text: string }>;
}

const STATES: Readonly<Record<ConnectionView['state'], string>> = {
	working: 'Working',
	attention: 'Needs your attention',
	waiting: 'Waiting for approval',
	paused: 'Paused',
	ended: 'Not connected',
};

/** What is connected, how it goes, and what the tenant can do about it. */
export function buildManage(view: ManageView): PageContent {
	const { providerName, tenantName, connection } = view;
	return {
		title: `${providerName} for ${tenantName}`,
		body: connection ? showConnection(view, connection) : showNothing(view),
	};
}

function showNothing({ providerName, reconnect }: ManageView): Html {
	return html`<p>${providerName} is not connected.</p>
		<div class="actions">${buildForm(reconnect, `Connect ${providerName}`)}</div>`;
}

function showConnection(view: ManageView, connection: ConnectionView): Html {
	const { accounts, state, lastSyncAt, problems } = connection;
	const isEnded = state === 'ended';
	return html`${problems.map((problem) => html`<p class="note bad">${problem}</p>`)}
		<dl>
			<dt>State</dt>
			<dd><strong>${STATES[state]}</strong></dd>
			<dt>Connected</dt>
			<dd>
				${accounts.length > 0
					? html`<ul>
							${accounts.map((name) => html`<li>${name}</li>`)}
						</ul>`
					: 'Nothing'}
			</dd>
			<dt>Read by</dt>
			<dd>${view.operator.name}</dd>
			<dt>Last complete reading</dt>
			<dd>${lastSyncAt ? showInstant(lastSyncAt) : 'None yet'}</dd>
		</dl>
		<div class="actions">
			${buildForm(
				view.reconnect,
				isEnded ? `Connect ${view.providerName}` : 'Reconnect',
				undefined,
				state === 'attention' || isEnded ? 'main' : 'second',
			)}
			${!isEnded && buildLink(view.disconnectUrl, 'Disconnect', 'second')}
		</div>
		${connection.events.length > 0 &&
		html`<h2>What happened</h2>
			<ul>
				${connection.events.map(({ at, text }) => html`<li>${showInstant(at)}: ${text}</li>`)}
			</ul>`}`;
}

/** An instant to the minute; no page knows the reader's time zone without a script. */
const showInstant = (instant: string): Html =>
	html`<time datetime="${instant}">${instant.slice(0, 16).replace('T', ' ')} UTC</time>`;

export interface DisconnectView {
	operator: Operator;
	providerName: string;
	tenantName: string;
	accounts: readonly string[];
	form: FormTarget;
	manageUrl: string;
}

/** Asks before it ends a connection. */
export function buildDisconnect(view: DisconnectView): PageContent {
	const { operator, providerName, accounts } = view;
	return {
		title: `Disconnect ${providerName} from ${view.tenantName}?`,
		body: html`<p>
				${operator.name} will read nothing
				more${accounts.length > 0 && html` from <strong>${accounts.join(', ')}</strong>`}. Its access to
				${providerName} is deleted.
			</p>
			<p>What was read before is kept. You can connect again at any time with a new link.</p>
			<div class="actions">
				${buildForm(view.form, 'Disconnect')} ${buildLink(view.manageUrl, 'Keep the connection', 'second')}
			</div>`,
	};
}
