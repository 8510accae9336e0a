import { keepConsent } from '../../../db/integrations/connect/consents';
import { findLink } from '../../../db/integrations/connect/links';
import { consumeState, type ConsumedState } from '../../../db/integrations/connect/states';
import { openConnectClient } from '../../engine/connect/authorize';
import { readCallback } from '../../engine/connect/callback';
import type { ConsentParts } from '../../engine/connect/consent-api';
import { findConsentProblem, type ConsentProblem } from '../../engine/connect/consent-failure';
import { discoverConsentAccounts } from '../../engine/connect/discover-accounts';
import { exchangeCode } from '../../engine/connect/exchange-code';
import { ReadFailure } from '../../engine/contract/failure';
import type { Answer } from '../http/answer';
import type { Problem, ProblemView } from '../pages/problems';
import { nameProvider, openProvider, ProblemError, type Visit } from './visit';

/** The way back from the provider. Keeps what the consent gave, unconfirmed, and shows an address without the code. */
export async function serveCallback(visit: Visit, provider: string): Promise<Answer> {
	const { pool, ring } = visit.services;
	const { browser } = visit;
	const redirectUri = visit.address.callback(provider);
	const state = visit.query.text('state');
	// One statement that matches the browser as well: another one cannot use the state up.
	const consumed = await consumeState(pool, ring, {
		state,
		browserHash: browser.hash,
		provider,
		redirectUri,
	});
	if (!consumed) throw new ProblemError('state_ended', nameProvider(provider));
	const about = await describeWayOn(visit, consumed);
	const { parts } = await openProvider(visit, provider);
	await receive(visit, parts, consumed).catch((error: unknown) => throwProblem(visit, error, about));
	return { to: visit.address.page('accounts', { state: consumed.stateId }) };
}

/** Turns a failure of the provider into the page that says it. */
function throwProblem(visit: Visit, error: unknown, about: Partial<ProblemView>): never {
	if (!(error instanceof ReadFailure)) throw error;
	const problem = findConsentProblem(error);
	// Its texts are ours: they quote no more than a provider's error code.
	visit.services.log.warn(`Zixly Connect: ${about.providerName}: ${problem}: ${error.summary}`);
	throw new ProblemError(PAGES[problem], about);
}

const PAGES: Readonly<Record<ConsentProblem, Problem>> = {
	denied: 'denied',
	expired: 'state_ended',
	provider_down: 'provider_down',
	misconfigured: 'provider_rejected',
	no_account: 'no_account',
	scope_missing: 'scope_missing',
};

/** Longer than a person waits for a page. */
const MAX_SECONDS = 60;

async function receive(
	visit: Visit,
	parts: ConsentParts,
	{ stateId, tenantId, redirectUri, verifier }: ConsumedState,
): Promise<void> {
	const { pool, ring } = visit.services;
	const client = openConnectClient(parts);
	const callback = readCallback(client, visit.query.all());
	const grant = { code: callback.code, redirectUri, verifier, callback: callback.parameters };
	const consent = await exchangeCode(client, grant);
	const bounded = { ...parts, signal: AbortSignal.timeout(MAX_SECONDS * 1_000) };
	const found = await discoverConsentAccounts(bounded, consent);
	await keepConsent(pool, ring, stateId, tenantId, { ...consent, user: found.user }, found.offered);
}

/** What a page about a consent that ended needs for its way on. */
export async function describeWayOn(
	visit: Visit,
	{ provider, linkId }: Pick<ConsumedState, 'provider' | 'linkId'>,
): Promise<Partial<ProblemView>> {
	const link = await findLink(visit.services.pool, { linkId });
	return {
		...nameProvider(provider),
		startAgainUrl:
			link &&
			(link.purpose === 'manage' ? visit.address.page('manage', { link: link.linkId }) : visit.startOf(link)),
	};
}
