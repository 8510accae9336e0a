import type { AccountChoice, AccountEntry, AccountFacts } from '../../../db/integrations/accounts';
import type { Envelope, Message } from '../../shared/messages';
import type { ApiContext } from '../http/client';
import type { Budget } from '../limits/budget';
import type { StreamStore } from '../contract/stream';

/** A claimed run, as Claim Due gives it. */
export interface RunToExtract {
	tenantId: string;
	integrationId: string;
	syncRunId: string;
	provider: string;
	metadata: Record<string, unknown>;
}

/** How far a stream of an account was read, and when that was noted (ISO 8601 in UTC). */
export interface StreamState {
	state: Record<string, unknown>;
	updatedAt: string;
}

/** The books that a run reads and writes while it extracts. */
export interface RunStore {
	/** States by `<account id>/<stream>`. */
	readStates(): Promise<ReadonlyMap<string, StreamState>>;
	/** Which accounts the connection is to read, with its settings as they are now. */
	accountChoice(): Promise<AccountChoice>;
	/** Enters accounts of the connection; gives the ids of those that another connection has. */
	enterAccounts(accounts: readonly AccountEntry[]): Promise<readonly string[]>;
	/** Notes what is known of an account; says whether it is still the connection's. */
	saveAccount(account: AccountFacts): Promise<boolean>;
	/** What is known of one account already. */
	of(accountId: string): StreamStore;
}

/**
 * What is read: what changed since the last time, all of a range of local days, or the first records for a look.
 * Only the first moves the state.
 */
export type ExtractMode =
	| { mode: 'sync' }
	| { mode: 'backfill'; range: { from: string; to: string } }
	| { mode: 'preview' };

export interface ExtractContext extends ApiContext {
	store: RunStore;
	extractMode: ExtractMode;
	/** The first month that is read, `YYYY-MM`; the integration's own goes before. */
	historyStart?: string;
	/** IANA; where neither the provider nor the integration states a time zone. */
	timezone: string;
	budget: Budget;
}

/** Messages as they are read, and what the reading came to. */
export type Messages<Result = void> = AsyncGenerator<Message, Result>;

/** The envelope of a run's messages about an account's stream; with both empty, about the integration. */
export function buildEnvelope(run: RunToExtract, accountId: string, stream: string): Envelope {
	const { tenantId, integrationId, syncRunId, provider } = run;
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}
