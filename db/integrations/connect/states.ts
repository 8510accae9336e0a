import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../../postgres/explained-error';
import { asWorker, enterTenant, inTenant } from '../../postgres/transaction';
import { open, seal, type TokenPlace } from '../../vault/cipher';
import type { KeyRing } from '../../vault/key-ring';
import type { ConnectLink } from './links';
import { createSecret, hashSecret } from './secrets';

export interface NewState {
	link: Pick<ConnectLink, 'linkId' | 'tenantId' | 'provider'>;
	browserHash: string;
	redirectUri: string;
	/** Of PKCE; null where the provider has none. */
	verifier: string | null;
}

/** What the callback has to match, besides the state itself. */
export interface ReturnedState {
	/** The plain state of the URL. */
	state: string;
	browserHash: string;
	provider: string;
	redirectUri: string;
}

/** A state whose answer arrived; it cannot be consumed again. */
export interface ConsumedState {
	stateId: string;
	linkId: string;
	tenantId: string;
	provider: string;
	redirectUri: string;
	verifier: string | null;
}

/** Tabs of one browser that are on their way to the provider. A new one ends the oldest. */
export const MAX_LIVE_STATES = 5;
const STATE_MINUTES = 10;
const MAX_URI_LENGTH = 2_000;
const MAX_VERIFIER_LENGTH = 128;

/**
 * Begins a consent in the browser that a link is bound to.
 * @returns the plain state for the authorize URL, of which only the hash is stored; undefined if the link ended or belongs
 *   to another browser
 */
export async function openState(
	pool: Pool,
	ring: KeyRing,
	{ link, browserHash, redirectUri, verifier }: NewState,
): Promise<{ state: string } | undefined> {
	assertBounds(redirectUri, verifier);
	const [id, state] = [cuid(), createSecret()];
	const sealed = verifier === null ? null : seal(ring, verifierPlace(link, id), verifier);
	return await inTenant(
		pool,
		link.tenantId,
		async (client) => {
			const { rowCount } = await client.query(LOCK_LINK, [link.linkId, browserHash, link.provider]);
			if (rowCount !== 1) return undefined;
			await client.query(DROP_ENDED, [link.linkId, MAX_LIVE_STATES - 1]);
			await client.query(INSERT, [
				...[id, link.linkId, link.tenantId, link.provider, hashSecret(state)],
				...[browserHash, redirectUri, sealed, STATE_MINUTES],
			]);
			return { state };
		},
		'zixly_tokens',
	);
}

// A link to manage also begins a consent while its session lasts.
const LOCK_LINK = `select from etl.connect_links
	where id = $1 and browser_hash = $2 and provider = $3 and used_at is null
		and (expires_at > now() or session_until > now())
	for no key update`;

// The oldest ones, and first those without a consent that a person is looking at.
const DROP_ENDED = `delete from etl.connect_states
	where link_id = $1 and stored_at is null and id not in (
		select id from etl.connect_states
		where link_id = $1 and stored_at is null and expires_at > now()
		order by consented_at is not null desc, created_at desc, id desc
		limit $2
	)`;

const INSERT = `insert into etl.connect_states
	(id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, sealed_verifier, expires_at)
	values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(mins => $9))`;

function assertBounds(redirectUri: string, verifier: string | null): void {
	if (redirectUri.length > MAX_URI_LENGTH || (verifier?.length ?? 0) > MAX_VERIFIER_LENGTH)
		throw new ExplainedError('The redirect URI is too long.', `It may have ${MAX_URI_LENGTH} characters.`);
}

/**
 * Consumes the state that a provider sent back, in one statement with all that it must match: another browser, provider
 * or redirect URI gets nothing and uses nothing up.
 * @throws VaultError if the verifier cannot be opened
 */
export async function consumeState(
	pool: Pool,
	ring: KeyRing,
	{ state, browserHash, provider, redirectUri }: ReturnedState,
): Promise<ConsumedState | undefined> {
	const consumed = await asWorker(pool, async (client) => {
		const { rows } = await client.query<Pick<ConsumedState, 'stateId' | 'linkId' | 'tenantId'>>(CONSUME, [
			...[hashSecret(state), browserHash, provider, redirectUri],
		]);
		return rows[0] && { ...rows[0], sealed: await readVerifier(client, rows[0]) };
	});
	if (!consumed) return undefined;
	const { sealed, ...ids } = consumed;
	const place = verifierPlace({ tenantId: ids.tenantId, provider }, ids.stateId);
	return { ...ids, provider, redirectUri, verifier: sealed === null ? null : open(ring, place, sealed) };
}

const CONSUME = `select state_id as "stateId", link_id as "linkId", tenant_id as "tenantId"
	from etl.consume_connect_state($1, $2, $3, $4)`;

async function readVerifier(
	client: PoolClient,
	{ tenantId, stateId }: Pick<ConsumedState, 'tenantId' | 'stateId'>,
): Promise<string | null> {
	await enterTenant(client, tenantId, 'zixly_tokens');
	const { rows } = await client.query<{ sealed: string | null }>(
		'select sealed_verifier as sealed from etl.connect_states where id = $1',
		[stateId],
	);
	return rows[0]?.sealed ?? null;
}

export const verifierPlace = (
	{ tenantId, provider }: Pick<ConnectLink, 'tenantId' | 'provider'>,
	stateId: string,
): TokenPlace => ({ tenantId, provider, column: `connect:${stateId}:verifier` });
