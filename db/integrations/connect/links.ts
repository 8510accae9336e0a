import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../../postgres/explained-error';
import { asWorker, inTenant } from '../../postgres/transaction';
import { createIntegration } from '../integrations';
import { noteEvent } from './events';
import { createSecret, hashSecret } from './secrets';

export type LinkPurpose = 'connect' | 'reconnect' | 'manage';

export interface NewLink {
	tenantId: string;
	provider: string;
	purpose: LinkPurpose;
	/** From 30 minutes to 7 days. */
	lifetimeMinutes: number;
	/** Whether a reconnect may bring other accounts, which then replace those that the connection reads. */
	replacesAccount?: boolean;
}

export interface CreatedLink {
	linkId: string;
	/** The secret of the URL. It is stored nowhere. */
	token: string;
	/** ISO 8601 in UTC. */
	expiresAt: string;
}

/** A link as the pages see it, also when it is expired or used. */
export interface ConnectLink {
	linkId: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	purpose: LinkPurpose;
	replacesAccount: boolean;
	tokenHash: string;
	expiresAt: Date;
	/** By the database's clock. */
	isExpired: boolean;
	usedAt: Date | null;
	/** The only browser that may go on; null until the first Continue. */
	browserHash: string | null;
	/** The last session of a link of purpose `manage`, and whether it goes on by the database's clock. */
	sessionUntil: Date | null;
	isInSession: boolean;
	/** Whether the connection has tokens: purpose `connect` then behaves as `reconnect`. */
	hasTokens: boolean;
}

const MIN_LIFETIME_MINUTES = 30;
const MAX_LIFETIME_MINUTES = 10_080;
/** More are of no use to anybody; a new one ends the oldest. */
export const MAX_LIVE_LINKS = 20;

/**
 * Creates a link for one tenant and provider, and the connection, PENDING, if there is none.
 * @throws Error if the tenant does not exist, if an n8n credential keeps the connection's token, or for another lifetime
 */
export async function createLink(pool: Pool, link: NewLink): Promise<CreatedLink> {
	const { tenantId, provider, purpose } = link;
	assertLifetime(link.lifetimeMinutes);
	const { integrationId } = await createIntegration(pool, { tenantId, provider, authentication: 'stored' });
	const [linkId, token] = [cuid(), createSecret()];
	return await inTenant(
		pool,
		tenantId,
		async (client) => {
			// Serialises the calls for one connection, so that the limit below holds.
			await client.query('select from integrations where id = $1 for no key update', [integrationId]);
			const expiresAt = await insertLink(client, link, linkId, hashSecret(token));
			await client.query(END_OLDEST, [provider, MAX_LIVE_LINKS]);
			await noteEvent(client, { tenantId, integrationId, provider, event: 'linked', reason: WORDS[purpose] });
			return { linkId, token, expiresAt: expiresAt.toISOString() };
		},
		'zixly_tokens',
	);
}

const WORDS: Record<LinkPurpose, string> = {
	connect: 'A link to connect was created.',
	reconnect: 'A link to reconnect was created.',
	manage: 'A link to the page that shows and ends the connection was created.',
};

function assertLifetime(minutes: number): void {
	if (Number.isInteger(minutes) && minutes >= MIN_LIFETIME_MINUTES && minutes <= MAX_LIFETIME_MINUTES) return;
	throw new ExplainedError(
		'A link can be valid for between 30 minutes and 7 days.',
		'Choose a time within these bounds.',
	);
}

async function insertLink(client: PoolClient, link: NewLink, id: string, tokenHash: string): Promise<Date> {
	const { rows } = await client.query<{ expiresAt: Date }>(
		`insert into etl.connect_links (id, tenant_id, provider, purpose, token_hash, replaces_account, expires_at)
		values ($1, $2, $3, $4, $5, $6, now() + make_interval(mins => $7)) returning expires_at as "expiresAt"`,
		[
			...[id, link.tenantId, link.provider, link.purpose, tokenHash],
			...[link.replacesAccount ?? false, link.lifetimeMinutes],
		],
	);
	return rows[0]!.expiresAt;
}

const END_OLDEST = `update etl.connect_links set expires_at = now()
	where id in (
		select id from etl.connect_links
		where provider = $1 and used_at is null and expires_at > now()
		order by created_at desc, id desc offset $2
	)`;

/** Finds a link by the token of its URL, or by its id. */
export async function findLink(
	pool: Pool,
	by: { token: string } | { linkId: string },
): Promise<ConnectLink | undefined> {
	const link = await lookUpLink(pool, by);
	return link && { ...link, hasTokens: await readHasTokens(pool, link) };
}

/** A link, before anything of its connection is read. */
export type FoundLink = Omit<ConnectLink, 'hasTokens'>;

export async function lookUpLink(
	pool: Pool,
	by: { token: string } | { linkId: string },
): Promise<FoundLink | undefined> {
	const values = 'token' in by ? [hashSecret(by.token), null] : [null, by.linkId];
	const { rows } = await asWorker(pool, (client) => client.query<FoundLink>(FIND, values));
	return rows[0];
}

const FIND = `select link_id as "linkId", tenant_id as "tenantId", tenant_name as "tenantName", provider, purpose,
	replaces_account as "replacesAccount", token_hash as "tokenHash", expires_at as "expiresAt",
	is_expired as "isExpired", used_at as "usedAt", browser_hash as "browserHash", session_until as "sessionUntil",
	is_in_session as "isInSession"
	from etl.find_connect_link($1, $2)`;

async function readHasTokens(pool: Pool, { tenantId, provider }: FoundLink): Promise<boolean> {
	return await inTenant(
		pool,
		tenantId,
		async (client) => {
			const { rows } = await client.query<{ hasTokens: boolean }>(
				`select access_token <> '' as "hasTokens" from integrations where provider = $1`,
				[provider],
			);
			return rows[0]?.hasTokens ?? false;
		},
		'zixly_tokens',
	);
}

/** What a browser hears that wants to go on with a link. */
export type Binding = 'bound' | 'other_browser' | 'ended';

/**
 * Binds a link to the first browser that goes on with it. The same browser may do so again until the link ends; others
 * are counted, and the timeline shows that they tried.
 */
export async function bindLink(pool: Pool, linkId: string, browserHash: string): Promise<Binding> {
	const link = await lookUpLink(pool, { linkId });
	if (!link) return 'ended';
	return await inTenant(
		pool,
		link.tenantId,
		async (client) => await bindWithin(client, link, browserHash),
		'zixly_tokens',
	);
}

/** The same within a transaction of the link's tenant, as `zixly_tokens`. Locks the link. */
export async function bindWithin(client: PoolClient, link: FoundLink, browserHash: string): Promise<Binding> {
	const { rowCount } = await client.query(BIND, [link.linkId, browserHash]);
	if (rowCount === 1) return 'bound';
	const { rows } = await client.query<{ tries: number }>(COUNT_OTHER, [link.linkId, browserHash]);
	if (!rows[0]) return 'ended';
	if (rows[0].tries === 1) await noteOtherBrowser(client, link);
	return 'other_browser';
}

const LIVE = `id = $1 and used_at is null and expires_at > now()`;

const BIND = `update etl.connect_links
	set browser_hash = $2, bound_at = coalesce(bound_at, now())
	where ${LIVE} and coalesce(browser_hash, $2) = $2`;

const COUNT_OTHER = `update etl.connect_links set refused_browsers = least(refused_browsers, 999999) + 1
	where ${LIVE} and browser_hash <> $2
	returning refused_browsers as tries`;

/** Once per link, because anyone who has it could otherwise fill the timeline. */
async function noteOtherBrowser(client: PoolClient, { tenantId, provider }: FoundLink): Promise<void> {
	const { rows } = await client.query<{ id: string }>('select id from integrations where provider = $1', [
		provider,
	]);
	await noteEvent(client, {
		tenantId,
		integrationId: rows[0]?.id ?? null,
		provider,
		event: 'other_browser',
		reason: 'Another browser tried a link that is bound to the browser that used it first.',
	});
}
