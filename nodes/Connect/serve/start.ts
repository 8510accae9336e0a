import { findLink, type ConnectLink } from '../../../db/integrations/connect/links';
import { listScopes } from '../../engine/connect/authorize';
import type { ConsentParts } from '../../engine/connect/consent-api';
import { streams } from '../../providers/registry';
import type { Answer } from '../http/answer';
import { Browser } from '../http/browser';
import { buildCookie } from '../http/cookies';
import { buildStart, type ProviderWords } from '../pages/start';
import { listFormOrigins } from './form-origins';
import { checkReturnUrl } from './settings';
import { nameProvider, openProvider, ProblemError, type Visit } from './visit';

/** The path itself: a link as it was sent, the page of a link, or nothing. It changes nothing but a cookie. */
export async function serveStart(visit: Visit): Promise<Answer> {
	const token = visit.query.text('t');
	if (token !== '') return await admit(visit, token);
	return visit.query.text('link') === '' ? visit.showProblem('no_link') : await showLink(visit);
}

/** Takes the token out of the address, which browsers keep and show. */
async function admit(visit: Visit, token: string): Promise<Answer> {
	const link = await findLink(visit.services.pool, { token });
	assertLive(link);
	const browser = visit.known ?? Browser.create();
	const cookies = [buildCookie('browser', browser.secret, visit.address)];
	const returnUrl = checkReturnUrl(visit.query.text('return'), visit.services.settings);
	if (returnUrl !== undefined)
		cookies.push(buildCookie('returnTo', Buffer.from(returnUrl).toString('base64url'), visit.address));
	return { to: visit.address.link(link.linkId, browser.proveLink(link.tokenHash)), cookies };
}

async function showLink(visit: Visit): Promise<Answer> {
	const link = await findProvenLink(visit, visit.query.text('link'), visit.query.text('proof'));
	const { definition, parts } = await openProvider(visit, link.provider);
	const form = visit.form(visit.address.page('continue'), {
		link: link.linkId,
		proof: visit.query.text('proof'),
	});
	const { tenantName, replacesAccount } = link;
	const content = buildStart({
		...{ operator: visit.operator, provider: describeProvider(parts), tenantName, replacesAccount, form },
		purpose: chooseWords(link),
	});
	return visit.show(content, listFormOrigins(definition, parts));
}

/** Connecting what has tokens is reconnecting it. */
const chooseWords = ({ purpose, hasTokens }: ConnectLink) =>
	purpose === 'connect' && hasTokens ? 'reconnect' : purpose;

/** The data that the page says is read, and the rights for it. */
function describeProvider(parts: ConsentParts): ProviderWords {
	const { key, displayName: name, accountWord } = parts.definition;
	const reads = Object.values(streams.get(key) ?? {}).map(({ disclosure }) => disclosure);
	return { name, accountWord, reads, scopes: listScopes(parts) };
}

/** The live link that this browser held the token of. @throws ProblemError */
export async function findProvenLink(visit: Visit, linkId: string, proof: string): Promise<ConnectLink> {
	const { browser } = visit;
	const link = await findLink(visit.services.pool, { linkId });
	if (link && !browser.hasProof(proof, link.tokenHash))
		throw new ProblemError('other_browser', nameProvider(link.provider));
	assertLive(link);
	return link;
}

function assertLive(link: ConnectLink | undefined): asserts link is ConnectLink {
	if (!link) throw new ProblemError('unknown_link');
	if (link.usedAt) throw new ProblemError('used_link', nameProvider(link.provider));
	if (link.isExpired) throw new ProblemError('expired_link', nameProvider(link.provider));
}
