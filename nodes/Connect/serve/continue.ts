import { bindLink, findLink, type Binding, type ConnectLink } from '../../../db/integrations/connect/links';
import { findSession, openSession } from '../../../db/integrations/connect/sessions';
import { openState } from '../../../db/integrations/connect/states';
import {
	buildAuthorizeUrl,
	createVerifier,
	listScopes,
	openConnectClient,
} from '../../engine/connect/authorize';
import type { Answer } from '../http/answer';
import { findProvenLink } from './start';
import { nameProvider, openProvider, ProblemError, type Visit } from './visit';

/** The button of the start page: binds the link to this browser and goes to the provider or the manage page. */
export async function serveContinue(visit: Visit): Promise<Answer> {
	visit.assertOwnForm();
	const linkId = visit.body.text('link');
	if (visit.body.text('from') === 'manage')
		return await goToProvider(visit, await findManagedLink(visit, linkId));
	const link = await findProvenLink(visit, linkId, visit.body.text('proof'));
	if (link.purpose !== 'manage') return await goToProvider(visit, link);
	assertBound(await openSession(visit.services.pool, linkId, visit.browser.hash), link);
	return { to: visit.address.page('manage', { link: linkId }) };
}

/** The link of a session that is open in this browser. */
async function findManagedLink(visit: Visit, linkId: string): Promise<ConnectLink> {
	const { pool } = visit.services;
	const session = await findSession(pool, { linkId, browserHash: visit.browser.hash });
	const link = session && (await findLink(pool, { linkId }));
	if (!link) throw new ProblemError('session_ended');
	return link;
}

async function goToProvider(visit: Visit, link: ConnectLink): Promise<Answer> {
	const { pool, ring } = visit.services;
	const { definition, parts } = await openProvider(visit, link.provider);
	// Before anything is stored: a credential that lacks a value must not bind the link.
	const client = openConnectClient(parts);
	const browserHash = visit.browser.hash;
	assertBound(await bindLink(pool, link.linkId, browserHash), link);
	const pkce = definition.oauth.pkce ? createVerifier() : null;
	const redirectUri = visit.address.callback(link.provider);
	const opened = await openState(pool, ring, {
		...{ link, browserHash, redirectUri, verifier: pkce?.verifier ?? null },
	});
	if (!opened) throw new ProblemError('expired_link', nameProvider(link.provider));
	const request = { redirectUri, state: opened.state, challenge: pkce?.challenge ?? null };
	return { to: buildAuthorizeUrl(client, { ...request, scopes: listScopes(parts) }) };
}

function assertBound(binding: Binding, { provider }: ConnectLink): void {
	if (binding === 'other_browser') throw new ProblemError('other_browser', nameProvider(provider));
	if (binding === 'ended') throw new ProblemError('expired_link', nameProvider(provider));
}
