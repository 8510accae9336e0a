import { buildChoice, type ChoiceView } from '../../../nodes/Connect/pages/choice';
import type { PageContent } from '../../../nodes/Connect/pages/layout';
import { buildDisconnect, buildManage, type ManageView } from '../../../nodes/Connect/pages/manage';
import type { Operator } from '../../../nodes/Connect/pages/operator';
import { buildProblem, type Problem } from '../../../nodes/Connect/pages/problems';
import { buildResult, type ResultStatus } from '../../../nodes/Connect/pages/result';
import { buildStart, type StartView } from '../../../nodes/Connect/pages/start';

const PROBLEMS: readonly Problem[] = [
	'no_link',
	'unknown_link',
	'expired_link',
	'used_link',
	'other_browser',
	'no_cookies',
	'denied',
	'state_ended',
	'choice_ended',
	'session_ended',
	'provider_rejected',
	'provider_down',
	'scope_missing',
	'no_account',
	'other_account',
	'account_taken',
	'foreign_form',
	'not_set_up',
	'test_address',
	'failed',
];

const RESULTS: readonly ResultStatus[] = [
	'connected',
	'reconnected',
	'awaiting_approval',
	'disconnected',
	'forgotten',
];

export const OPERATOR: Operator = {
	name: 'Harbour Advisory',
	logoUrl: undefined,
	colour: '#1f5fbf',
	support: { text: 'help@example.com', href: 'mailto:help@example.com' },
	purpose: '',
};

/** Every page with every text from outside replaced by `text`, by name. */
export function samplePages(operator: Operator, text = 'Southern Group'): Record<string, PageContent> {
	const form = { action: `https://a.example/?${text}`, formToken: text, hidden: { link: text } };
	const provider = { name: 'Xero', accountWord: 'organisation', reads: [text], scopes: [text] };
	const start: StartView = {
		operator,
		provider,
		tenantName: text,
		purpose: 'connect',
		replacesAccount: false,
		form,
	};
	const one = { id: text, name: text, isKnown: false };
	const choice: ChoiceView = {
		...{ operator, provider, tenantName: text, form, accounts: [one], startAgainUrl: `/?${text}` },
		...{ signOutUrl: 'https://login.example/out', isChoiceMissing: false },
	};
	const connection = {
		...{ accounts: [text, text], state: 'attention' as const, lastSyncAt: '2026-11-28T04:00:00.000Z' },
		...{ problems: [text], events: [{ at: '2026-11-28T04:00:00.000Z', text }] },
	};
	const manage: ManageView = {
		...{ operator, providerName: 'Xero', accountWord: 'organisation', tenantName: text },
		...{ connection, reconnect: form, disconnectUrl: `/?${text}` },
	};
	const problem = {
		...{ operator, providerName: 'Xero', accountWord: 'organisation', accountNames: [text], reference: text },
		...{ startAgainUrl: `/?${text}`, signOutUrl: 'https://login.example/out' },
	};
	return {
		start: buildStart(start),
		'start to reconnect': buildStart({ ...start, purpose: 'reconnect' }),
		'start to replace': buildStart({ ...start, purpose: 'reconnect', replacesAccount: true }),
		'start to manage': buildStart({ ...start, purpose: 'manage' }),
		confirm: buildChoice(choice),
		choose: buildChoice({ ...choice, accounts: [one, { ...one, isKnown: true }], isChoiceMissing: true }),
		manage: buildManage(manage),
		'manage nothing': buildManage({ ...manage, connection: undefined }),
		disconnect: buildDisconnect({
			...{ operator, providerName: 'Xero', tenantName: text, accounts: [text], form, manageUrl: `/?${text}` },
		}),
		...Object.fromEntries(PROBLEMS.map((name) => [name, buildProblem(name, problem)])),
		...Object.fromEntries(
			RESULTS.map((status) => [
				`result ${status}`,
				buildResult({ operator, providerName: 'Xero', status, returnUrl: 'https://app.example.com/done' }),
			]),
		),
	};
}
