import type { AccountChoice, AccountEntry, AccountFacts } from '../../../db/integrations/accounts';
import type { Envelope, Message } from '../../shared/messages';
import type { ApiContext } from '../http/api-context';
import type { Budget } from '../limits/budget';
import type { StreamStore } from '../contract/stream';

/** A claimed run, as Claim Due returns it. */
export interface RunToExtract {
	tenantId: string;
	integrationId: string;
	syncRunId: string;
	provider: string;
	metadata: Record<string, unknown>;
}

/** How far a stream of an account was read, and when that was stored (ISO 8601 in UTC). */
export interface StreamState {
	state: Record<string, unknown>;
	updatedAt: string;
}

/** The stored state that a run reads and writes while it extracts. */
export interface RunStore {
	/** States by `<account id>/<stream>`. */
	readStates(): Promise<ReadonlyMap<string, StreamState>>;
	/** The connection's accounts with its current settings. */
	accountChoice(): Promise<AccountChoice>;
	/** Adds accounts to the connection. Returns the ids of those that belong to another connection. */
	enterAccounts(accounts: readonly AccountEntry[]): Promise<readonly string[]>;
	/** Stores what is known about an account. Returns whether it still belongs to the connection. */
	saveAccount(account: AccountFacts): Promise<boolean>;
	/** What our own tables contain for one account. */
	of(accountId: string): StreamStore;
}

/**
 * What to read: everything changed since the last sync, all of a range of local days, or the first records as a sample.
 * Only a sync updates the state.
 */
export type ExtractMode =
	| { mode: 'sync' }
	| { mode: 'backfill'; range: { from: string; to: string } }
	| { mode: 'preview' };

export interface ExtractContext extends ApiContext {
	store: RunStore;
	extractMode: ExtractMode;
	/** The first month to read, `YYYY-MM`; the integration's own setting takes precedence. */
	historyStart?: string;
	/** IANA name, used if neither the provider nor the integration has a time zone. */
	timezone: string;
	budget: Budget;
}

/** Yields messages as they are read and returns the result of the read. */
export type Messages<Result = void> = AsyncGenerator<Message, Result>;

/** The envelope of a run's messages about an account's stream, or with both empty about the integration. */
export function buildEnvelope(run: RunToExtract, accountId: string, stream: string): Envelope {
	const { tenantId, integrationId, syncRunId, provider } = run;
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}
