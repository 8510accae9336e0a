import { confirmConsent, type Confirmed } from '../../../db/integrations/connect/confirm';
import { findWaitingConsent, type WaitingConsent } from '../../../db/integrations/connect/consents';
import { getProvider } from '../../providers/registry';
import type { Answer } from '../http/answer';
import { buildChoice } from '../pages/choice';
import { describeWayOn } from './callback';
import { ProblemError, type Visit } from './visit';

/** "Give this tenant access to this account?": always shown before anything is stored. */
export async function serveChoice(visit: Visit): Promise<Answer> {
	return await showChoice(visit, await findWaiting(visit, visit.query.text('state')), false);
}

/** The only button that stores. */
export async function serveConfirmation(visit: Visit): Promise<Answer> {
	visit.assertOwnForm();
	const { pool, ring, settings } = visit.services;
	const stateId = visit.body.text('state');
	const waiting = await findWaiting(visit, stateId);
	// The way on is asked for before: afterwards the link may be used up.
	const about = {
		...(await describeWayOn(visit, waiting)),
		signOutUrl: getProvider(waiting.provider).oauth.signOutUrl,
	};
	const confirmed = await confirmConsent(pool, ring, {
		...{ stateId, browserHash: visit.browser.hash, needsApproval: settings.needsApproval },
		accountIds: visit.body.texts('account'),
	});
	const accountNames = confirmed.accounts.map(({ id, name }) => name ?? id);
	switch (confirmed.result) {
		case 'ended':
			throw new ProblemError('choice_ended');
		case 'nothing_chosen':
			return await showChoice(visit, waiting, true);
		case 'other_account':
		case 'account_taken':
			throw new ProblemError(confirmed.result, { ...about, accountNames });
		default:
			return finish(visit, waiting, confirmed.result);
	}
}

function finish(visit: Visit, { provider }: WaitingConsent, status: Confirmed['result']): Answer {
	visit.services.poke();
	return { to: visit.address.page('result', { status, provider }) };
}

async function findWaiting(visit: Visit, stateId: string): Promise<WaitingConsent> {
	const { browser, services } = visit;
	const waiting = await findWaitingConsent(services.pool, { stateId, browserHash: browser.hash });
	if (!waiting) throw new ProblemError('choice_ended');
	return waiting;
}

async function showChoice(visit: Visit, waiting: WaitingConsent, isChoiceMissing: boolean): Promise<Answer> {
	const { displayName: name, accountWord, oauth } = getProvider(waiting.provider);
	const about = await describeWayOn(visit, waiting);
	// Whatever the token reaches was connected by the same person earlier, perhaps for another tenant.
	if (waiting.offered.length === 0)
		throw new ProblemError('no_account', { ...about, signOutUrl: oauth.signOutUrl });
	const { startAgainUrl = visit.address.startUrl } = about;
	const content = buildChoice({
		...{ operator: visit.operator, tenantName: waiting.tenantName, startAgainUrl, isChoiceMissing },
		provider: { name, accountWord },
		accounts: waiting.offered.map(({ id, name: shown, isRead }) => ({
			id,
			name: shown ?? id,
			isKnown: isRead,
		})),
		form: visit.form(visit.address.page('accounts'), { state: waiting.stateId }),
		signOutUrl: oauth.signOutUrl,
	});
	return visit.show(content);
}
