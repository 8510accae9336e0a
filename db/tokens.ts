import type { Pool, PoolClient } from 'pg';

import type { KeyRing } from './key-ring';
import { inTenant, withRetries } from './transaction';
import { cancelledBy } from './cancellation';
import { open, seal, type TokenPlace } from './vault';

/** The tokens of an integration, in plain text: in memory only. */
export interface TokenSet {
	/** Empty where none is stored yet. */
	accessToken: string;
	refreshToken: string | null;
	expiresAt: Date | null;
}

/** Whose tokens. */
export interface TokenOwner {
	tenantId: string;
	integrationId: string;
	provider: string;
}

export interface RefreshRequest {
	/** The access token that no longer works, or null to refresh only where the stored one has ended. */
	stale: string | null;
	/** Asks the provider for new tokens. */
	exchange: (refreshToken: string) => Promise<TokenSet>;
	/** After how many seconds a holder that hangs is ended by the database; 45 unless told. */
	holderSeconds?: number;
}

/** No refresh token is stored, so only a new consent helps. */
export class NoRefreshTokenError extends Error {
	override readonly name = 'NoRefreshTokenError';

	constructor() {
		super('No refresh token is stored for this connection. Connect the tenant again.');
	}
}

const HOLDER_SECONDS = 45;
/** A holder that hangs is ended by the database before those who wait for its lock give up. */
const WAITER_PATIENCE = 4 / 3;
/** A token that ends within this time is not worth beginning a call with. */
const SPARE_MS = 60_000;

/** Seals and stores tokens; an integration that waited for them becomes ACTIVE. */
export async function storeTokens(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	tokens: TokenSet,
): Promise<void> {
	const values = [owner.integrationId, ...sealed(ring, owner, tokens), owner.provider];
	const store = async (client: PoolClient): Promise<void> => {
		// Of this provider: sealed for another one, the tokens would never open again.
		const { rowCount } = await client.query(
			`update integrations set access_token = $2, refresh_token = $3, expires_at = $4,
				status = case when status in ('PENDING', 'ERROR') then 'ACTIVE' else status end
			where id = $1 and provider = $5`,
			values,
		);
		if (rowCount !== 1) throw unknownIntegration(owner);
	};
	await withRetries(async () => await inTenant(pool, owner.tenantId, store));
}

/** Opens the stored tokens. @throws VaultError where they do not open */
export async function readToken(pool: Pool, ring: KeyRing, owner: TokenOwner): Promise<TokenSet> {
	return await inTenant(pool, owner.tenantId, async (client) =>
		opened(ring, owner, await rowOf(client, owner, '')),
	);
}

/** By database, then by owner as a whole: who names another tenant's connection must not be handed its flight. */
const underway = new WeakMap<Pool, Map<string, Promise<TokenSet>>>();

function flightsOf(pool: Pool): Map<string, Promise<TokenSet>> {
	const flights = underway.get(pool) ?? new Map<string, Promise<TokenSet>>();
	underway.set(pool, flights);
	return flights;
}

function flightOf({ tenantId, provider, integrationId }: TokenOwner): string {
	return JSON.stringify([tenantId, provider, integrationId]);
}

/**
 * Refreshes a token once, however many ask: one flight per process, then the row's lock between processes. Who comes
 * second reads the row again and finds the new token. The rotated refresh token is stored before the new access token
 * is handed out; a connection lost in between costs no second call.
 * @throws what `exchange` throws, untried again; NoRefreshTokenError; VaultError
 */
export async function refreshToken(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	request: RefreshRequest,
): Promise<TokenSet> {
	const joined = flightsOf(pool).get(flightOf(owner));
	if (!joined) return await takeOff(pool, ring, owner, request);
	const tokens = await joined;
	// The flight may have found the very token that this caller was refused with.
	return tokens.accessToken === request.stale ? await refreshToken(pool, ring, owner, request) : tokens;
}

async function takeOff(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	request: RefreshRequest,
): Promise<TokenSet> {
	const remembering = { ...request, exchange: onceEach(request.exchange) };
	const refresh = async (): Promise<TokenSet> => await refreshUnderLock(pool, ring, owner, remembering);
	// Others may have joined: the cancellation of the execution that began the flight must not end it for them.
	const flight = cancelledBy(undefined, async () => await withRetries(refresh, { attempts: 5 })).catch(
		throwOwnError,
	);
	flightsOf(pool).set(flightOf(owner), flight);
	try {
		return await flight;
	} finally {
		flightsOf(pool).delete(flightOf(owner));
	}
}

/** Keeps what the provider said apart from the database's errors, which are tried again. */
class ExchangeError extends Error {}

function throwOwnError(error: unknown): never {
	throw error instanceof ExchangeError ? error.cause : error;
}

/** What the provider gave for a refresh token is kept until it is stored: asking again could end the connection. */
function onceEach(exchange: RefreshRequest['exchange']): RefreshRequest['exchange'] {
	const given = new Map<string, Promise<TokenSet>>();
	return (token) => {
		const tokens =
			given.get(token) ??
			exchange(token).catch((cause: unknown) => {
				throw new ExchangeError('The provider gave no new tokens.', { cause });
			});
		given.set(token, tokens);
		return tokens;
	};
}

async function refreshUnderLock(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	{ stale, exchange, holderSeconds = HOLDER_SECONDS }: RefreshRequest,
): Promise<TokenSet> {
	return await inTenant(pool, owner.tenantId, async (client) => {
		await client.query(
			"select set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)",
			[holderSeconds * WAITER_PATIENCE, holderSeconds].map((seconds) => `${Math.ceil(seconds * 1000)}ms`),
		);
		const row = await rowOf(client, owner, 'for no key update');
		const stored = opened(ring, owner, row);
		if (stored.accessToken !== stale && isFresh(stored)) return stored;
		if (!stored.refreshToken) throw new NoRefreshTokenError();
		const tokens = await exchange(stored.refreshToken);
		// A provider that does not rotate sends no new refresh token: the old one stays good.
		const next = { ...tokens, refreshToken: tokens.refreshToken ?? stored.refreshToken };
		await swap(client, ring, owner, row, next);
		return next;
	});
}

/** Stores the new pair only over the one that it was obtained with: whatever came in between is newer. */
async function swap(
	client: PoolClient,
	ring: KeyRing,
	owner: TokenOwner,
	row: TokenRow,
	next: TokenSet,
): Promise<void> {
	const { rowCount } = await client.query(
		`update integrations set access_token = $2, refresh_token = $3, expires_at = $4
		where id = $1 and access_token = $5 and refresh_token = $6`,
		[owner.integrationId, ...sealed(ring, owner, next), row.accessToken, row.refreshToken],
	);
	if (rowCount !== 1) {
		throw new Error(
			'The stored tokens changed while they were refreshed, and were left as they are. The next run uses them.',
		);
	}
}

function isFresh({ accessToken, expiresAt }: TokenSet): boolean {
	return accessToken !== '' && (expiresAt === null || expiresAt.getTime() - SPARE_MS > Date.now());
}

interface TokenRow {
	accessToken: string;
	refreshToken: string | null;
	expiresAt: Date | null;
}

async function rowOf(
	client: PoolClient,
	owner: TokenOwner,
	lock: '' | 'for no key update',
): Promise<TokenRow> {
	const { rows } = await client.query<TokenRow>(
		`select access_token as "accessToken", refresh_token as "refreshToken", expires_at as "expiresAt"
		from integrations where id = $1 and provider = $2 ${lock}`,
		[owner.integrationId, owner.provider],
	);
	if (rows[0]) return rows[0];
	throw unknownIntegration(owner);
}

function opened(ring: KeyRing, owner: TokenOwner, row: TokenRow): TokenSet {
	const openOne = (column: TokenPlace['column'], text: string): string =>
		text === '' ? '' : open(ring, placeOf(owner, column), text);
	return {
		accessToken: openOne('access_token', row.accessToken),
		refreshToken: row.refreshToken === null ? null : openOne('refresh_token', row.refreshToken),
		expiresAt: row.expiresAt,
	};
}

function sealed(ring: KeyRing, owner: TokenOwner, tokens: TokenSet): [string, string | null, Date | null] {
	const { accessToken, refreshToken, expiresAt } = tokens;
	return [
		seal(ring, placeOf(owner, 'access_token'), accessToken),
		refreshToken === null ? null : seal(ring, placeOf(owner, 'refresh_token'), refreshToken),
		expiresAt,
	];
}

function placeOf({ tenantId, provider }: TokenOwner, column: TokenPlace['column']): TokenPlace {
	return { tenantId, provider, column };
}

function unknownIntegration({ integrationId }: TokenOwner): Error {
	return new Error(
		`There is no connection "${integrationId}" of this tenant and provider. Connection: Get Many lists those there are.`,
	);
}
