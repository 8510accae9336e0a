import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../../postgres/explained-error';
import { isStorable, storable } from '../../postgres/storable-text';
import { asWorker, inTenant } from '../../postgres/transaction';
import { open, seal, type TokenPlace } from '../../vault/cipher';
import type { KeyRing } from '../../vault/key-ring';
import type { TokenSet } from '../../vault/token-set';
import { asTokenKeeperDurably } from '../../vault/token-transaction';
import { listRead, type AccountEntry } from '../accounts';
import { noteEvent } from './events';

/** What a provider gave for a code. */
export interface Consent {
	tokens: TokenSet;
	/** What later calls need, such as the API's address. */
	metadata: Record<string, unknown>;
	/** The person at the provider, by the provider's id, if known. */
	user: string | null;
}

/** An account that a consent reaches. */
export interface ReachedAccount extends AccountEntry {
	/**
	 * False if it is reached only because the same person connected it earlier, perhaps for another tenant: it may stay,
	 * but not be added.
	 */
	isOfConsent?: boolean;
}

/** An account that a person may choose. */
export interface OfferedAccount extends AccountEntry {
	/** Whether the connection reads it now. */
	isRead: boolean;
}

/** A consent that waits for its confirmation. */
export interface WaitingConsent {
	stateId: string;
	linkId: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	offered: readonly OfferedAccount[];
	/** The accounts that the connection reads now. */
	known: readonly AccountEntry[];
	expiresAt: Date;
}

const MAX_OFFERED = 1_000;
const MAX_NAME_LENGTH = 300;
const MAX_ID_LENGTH = 300;
const MAX_SCOPES = 500;
const MAX_METADATA_BYTES = 16_384;

/**
 * Keeps a consent, sealed for its state, with the accounts that it reaches. Those beyond 1,000 are left out.
 * @throws Error if the state waits for no consent any more, or for metadata over 16 KB
 */
export async function keepConsent(
	pool: Pool,
	ring: KeyRing,
	stateId: string,
	tenantId: string,
	consent: Consent,
	reached: readonly ReachedAccount[],
): Promise<void> {
	const accounts = boundAccounts(reached);
	await asTokenKeeperDurably(pool, tenantId, async (client) => {
		const { rows } = await client.query<{ provider: string }>(FIND_CONSUMED, [stateId]);
		if (!rows[0]) throw tooLate();
		const { provider } = rows[0];
		await client.query(KEEP, [
			stateId,
			sealPair(ring, { tenantId, provider, stateId }, consent.tokens),
			...describeConsent(consent),
			JSON.stringify(accounts),
		]);
		await noteConsent(client, { tenantId, provider, accounts, actor: consent.user });
	});
}

const FIND_CONSUMED = `select provider from etl.connect_states
	where id = $1 and consumed_at is not null and consented_at is null and expires_at > now()
	for no key update`;

// The verifier was used: nobody needs it any more.
const KEEP = `update etl.connect_states set consented_at = now(), sealed_verifier = null, sealed_pair = $2,
	token_expires_at = $3, scopes = $4, metadata = $5, consent_user = $6, accounts = $7
	where id = $1`;

const tooLate = (): ExplainedError =>
	new ExplainedError('This consent came too late.', 'Open the link again and repeat the steps.');

function boundAccounts(reached: readonly ReachedAccount[]): ReachedAccount[] {
	const usable = reached.filter(({ id }) => id !== '' && id.length <= MAX_ID_LENGTH && isStorable(id));
	const once = new Map(
		usable.map(({ id, name, isOfConsent }) => [
			id,
			{ id, name: name === null ? null : cut(name), ...(isOfConsent === false && { isOfConsent }) },
		]),
	);
	return [...once.values()].slice(0, MAX_OFFERED);
}

// By characters, not code units: half a pair could not be stored.
const cut = (text: string): string => [...storable(text)].slice(0, MAX_NAME_LENGTH).join('');

function describeConsent({ tokens, metadata, user }: Consent): unknown[] {
	const json = JSON.stringify(metadata);
	if (Buffer.byteLength(json) > MAX_METADATA_BYTES)
		throw new ExplainedError('The provider’s answer to the consent is too long.', 'Try again later.');
	const { expiresAt, scopes } = tokens;
	return [
		expiresAt,
		scopes ? JSON.stringify(scopes.slice(0, MAX_SCOPES)) : null,
		json,
		user === null ? null : cut(user),
	];
}

async function noteConsent(
	client: PoolClient,
	{ tenantId, provider, accounts, actor }: ConsentNote,
): Promise<void> {
	const { rows } = await client.query<{ id: string }>('select id from integrations where provider = $1', [
		provider,
	]);
	const integrationId = rows[0]?.id ?? null;
	await noteEvent(client, { tenantId, integrationId, provider, event: 'consented', accounts, actor });
}

interface ConsentNote {
	tenantId: string;
	provider: string;
	accounts: readonly AccountEntry[];
	actor: string | null;
}

/** The state that a pair is sealed for. */
interface PairOwner {
	tenantId: string;
	provider: string;
	stateId: string;
}

export const pairPlace = ({ tenantId, provider, stateId }: PairOwner): TokenPlace => ({
	tenantId,
	provider,
	column: `connect:${stateId}`,
});

// Both in one text, so that neither can be exchanged for another.
function sealPair(ring: KeyRing, owner: PairOwner, { accessToken, refreshToken }: TokenSet): string {
	return seal(ring, pairPlace(owner), JSON.stringify([accessToken, refreshToken]));
}

/** Opens the pair that a state keeps. @throws VaultError */
export function openPair(
	ring: KeyRing,
	owner: PairOwner,
	sealed: string,
): Pick<TokenSet, 'accessToken' | 'refreshToken'> {
	const [accessToken, refreshToken] = JSON.parse(open(ring, pairPlace(owner), sealed)) as [
		string,
		string | null,
	];
	return { accessToken, refreshToken };
}

/** Finds the consent that waits for its confirmation in the browser that began it. */
export async function findWaitingConsent(
	pool: Pool,
	{ stateId, browserHash }: { stateId: string; browserHash: string },
): Promise<WaitingConsent | undefined> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<Omit<WaitingConsent, 'offered' | 'known'> & { accounts: ReachedAccount[] }>(FIND_WAITING, [
			stateId,
			browserHash,
		]),
	);
	if (!rows[0]) return undefined;
	const { accounts, ...waiting } = rows[0];
	const known = await inTenant(pool, waiting.tenantId, async (client) => await listRead(client, waiting));
	return { ...waiting, known, offered: listChoosable(accounts, known) };
}

/** What a person may choose of what a consent reaches. @param known what the connection reads now */
export function listChoosable(
	reached: readonly ReachedAccount[],
	known: readonly AccountEntry[],
): OfferedAccount[] {
	const read = new Set(known.map(({ id }) => id));
	return reached
		.filter(({ id, isOfConsent }) => isOfConsent !== false || read.has(id))
		.map(({ id, name }) => ({ id, name, isRead: read.has(id) }));
}

const FIND_WAITING = `select state_id as "stateId", link_id as "linkId", tenant_id as "tenantId",
	tenant_name as "tenantName", provider, accounts, expires_at as "expiresAt"
	from etl.find_waiting_consent($1, $2)`;
