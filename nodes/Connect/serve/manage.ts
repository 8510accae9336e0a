import { listAccounts } from '../../../db/integrations/accounts';
import { disconnectIntegration } from '../../../db/integrations/connect/disconnect';
import { listEvents } from '../../../db/integrations/connect/events';
import { findSession, type ManageSession } from '../../../db/integrations/connect/sessions';
import { syncHealth, type IntegrationHealth } from '../../../db/runs/health';
import { revokeConsent } from '../../engine/connect/revoke';
import type { Answer } from '../http/answer';
import { buildDisconnect, buildManage, type ConnectionView } from '../pages/manage';
import { describeEvent, describeProblems, describeState } from './describe-connection';
import { listFormOrigins } from './form-origins';
import { nameProvider, openProvider, ProblemError, type Visit } from './visit';

const MAX_EVENTS = 10;
/** As in Claim Due; only `nextDue` depends on it, which no page shows. */
const SYNC_EVERY_HOURS = 6;

/** What is connected, how it goes, and what the tenant can do about it. */
export async function serveManage(visit: Visit): Promise<Answer> {
	const session = await findOpenSession(visit, visit.query.text('link'));
	const { definition, parts } = await openProvider(visit, session.provider);
	const health = await findHealth(visit, session);
	const content = buildManage({
		...{ operator: visit.operator, tenantName: session.tenantName, ...nameProvider(session.provider) },
		connection: health && (await describeConnection(visit, session, health)),
		reconnect: visit.form(visit.address.page('continue'), { link: session.linkId, from: 'manage' }),
		disconnectUrl: visit.address.page('disconnect', { link: session.linkId }),
	});
	return visit.show(content, listFormOrigins(definition, parts));
}

/** Asks before it ends the connection. */
export async function serveDisconnect(visit: Visit): Promise<Answer> {
	const session = await findOpenSession(visit, visit.query.text('link'));
	const health = await findHealth(visit, session);
	if (!health) return { to: visit.address.page('manage', { link: session.linkId }) };
	const { linkId, tenantName, provider } = session;
	return visit.show(
		buildDisconnect({
			...{ operator: visit.operator, tenantName, providerName: nameProvider(provider).providerName },
			accounts: await listAccountNames(visit, session, health),
			form: visit.form(visit.address.page('disconnect'), { link: linkId }),
			manageUrl: visit.address.page('manage', { link: linkId }),
		}),
	);
}

/** Ends the connection: here at once, and at the provider as far as nothing else stands on it. */
export async function serveEnd(visit: Visit): Promise<Answer> {
	visit.assertOwnForm();
	const session = await findOpenSession(visit, visit.body.text('link'));
	const { pool, ring } = visit.services;
	const { parts } = await openProvider(visit, session.provider);
	const health = await findHealth(visit, session);
	if (!health) throw new ProblemError('session_ended');
	const { consent, hadTokens } = await disconnectIntegration(pool, health.integrationId, {
		...{ ring, actor: 'tenant', reason: 'The tenant disconnected it on its page.' },
	});
	visit.services.poke();
	const revoked = consent && (await revokeConsent(parts, consent));
	const status = revoked === 'revoked' || !hadTokens ? 'disconnected' : 'forgotten';
	return { to: visit.address.page('result', { status, provider: session.provider }) };
}

async function findOpenSession(visit: Visit, linkId: string): Promise<ManageSession> {
	const session = await findSession(visit.services.pool, { linkId, browserHash: visit.browser.hash });
	if (!session) throw new ProblemError('session_ended');
	return session;
}

/** Undefined if there is no connection, or an n8n credential keeps its token: then the tenant can end it nowhere here. */
async function findHealth(
	{ services }: Visit,
	{ tenantId, provider }: ManageSession,
): Promise<IntegrationHealth | undefined> {
	const filter = { tenantId, provider, syncEveryHours: SYNC_EVERY_HOURS };
	const [health] = await syncHealth(services.pool, filter);
	return health?.authentication === 'stored' ? health : undefined;
}

async function describeConnection(
	visit: Visit,
	session: ManageSession,
	health: IntegrationHealth,
): Promise<ConnectionView> {
	const { tenantId, provider } = session;
	const events = await listEvents(visit.services.pool, { tenantId, provider, limit: MAX_EVENTS });
	return {
		accounts: await listAccountNames(visit, session, health),
		state: describeState(health, events),
		lastSyncAt: health.lastSuccessAt,
		problems: describeProblems(health, nameProvider(provider).providerName, visit.operator.name),
		events: events.flatMap(({ event, createdAt }) => {
			const text = describeEvent(event);
			return text === undefined ? [] : [{ at: createdAt, text }];
		}),
	};
}

async function listAccountNames(
	{ services }: Visit,
	{ tenantId }: ManageSession,
	{ integrationId }: IntegrationHealth,
): Promise<string[]> {
	const accounts = await listAccounts(services.pool, { tenantId, integrationId });
	return accounts
		.filter(({ enabled, releasedAt }) => enabled && releasedAt === null)
		.map(({ accountId, name }) => name ?? accountId);
}
