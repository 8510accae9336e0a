import type { Account } from '../shared/account';
import type { Envelope, Message, RecordMessage, StateMessage } from '../shared/messages';
import { apiOf, type ApiContext } from './api';
import type { Budget } from './budget';
import type { AccountReference, DiscoveryContext, StreamBooks, StreamDefinition } from './definition';
import { asFailure, ReadFailure } from './failure';
import {
	conflict,
	disconnected,
	failureMessage,
	notAllowed,
	nothingConnected,
	switchedOff,
} from './outcomes';
import { read, type ReadingContext, type ReadingEnd, type ReadRecord } from './reading';

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
export interface RunBooks {
	/** States by `<account id>/<stream>`. */
	readStates(): Promise<ReadonlyMap<string, StreamState>>;
	/** The accounts that earlier runs read and that are still to be read. */
	knownAccounts(): Promise<readonly AccountReference[]>;
	/** Notes an account; says whether it is to be read. */
	saveAccount(account: Account): Promise<'enabled' | 'disabled' | 'conflict'>;
	/** What is known of one account already. */
	of(accountId: string): StreamBooks;
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
	books: RunBooks;
	extractMode: ExtractMode;
	/** The first month that is read, `YYYY-MM`; the integration's own goes before. */
	historyStart?: string;
	/** IANA; where neither the provider nor the integration states a time zone. */
	timezone: string;
	budget: Budget;
}

/** So many accounts in a row without an answer: the provider is down, and the rest would only take time. */
const MOST_UNAVAILABLE = 3;

type Messages<Result = void> = AsyncGenerator<Message, Result>;

/**
 * Reads every stream of every account behind an integration. Whatever goes wrong becomes a FAILURE message of the
 * stream, the account or (with both empty) the integration; only an abort is thrown.
 */
export async function* extractRun(run: RunToExtract, context: ExtractContext): Messages {
	try {
		yield* readAccounts(run, context);
	} catch (error) {
		context.signal?.throwIfAborted();
		yield failureMessage(envelopeOf(run, '', ''), asFailure(error));
	}
}

async function* readAccounts(run: RunToExtract, context: ExtractContext): Messages {
	const discovery = await discoveryOf(run, context);
	const { accounts, warnings } = await context.definition.accounts.list(discovery);
	if (accounts.length === 0) throw nothingConnected(context.definition);
	if (context.extractMode.mode === 'sync') yield* missingAccounts(run, context, accounts);
	const states = await context.books.readStates();
	const reader = new AccountReader(run, context, discovery, states, warnings);
	let unavailable = 0;
	for (const [index, reference] of longestUnread(accounts, states).entries()) {
		// The first is always read, so that every run comes further.
		const failure = yield* index > 0 && context.budget.isSpent
			? reader.putOff(reference)
			: reader.read(reference);
		unavailable = failure?.failureClass === 'provider_unavailable' ? unavailable + 1 : 0;
		if (failure?.endsRun || unavailable === MOST_UNAVAILABLE) throw failure;
	}
}

async function discoveryOf({ metadata }: RunToExtract, context: ExtractContext): Promise<DiscoveryContext> {
	const { application, authorisation } = context;
	const accessToken =
		authorisation.by === 'engine' ? await authorisation.tokens.current() : authorisation.accessToken;
	const timezone =
		typeof metadata.timezone === 'string' && metadata.timezone ? metadata.timezone : context.timezone;
	return { api: apiOf(context), accessToken, application, metadata, timezone };
}

/** Where one execution cannot read them all, those go first whose turn it is longest. */
function longestUnread(
	accounts: readonly AccountReference[],
	states: ReadonlyMap<string, StreamState>,
): AccountReference[] {
	const readAt = new Map<string, string>();
	for (const [place, { updatedAt }] of states) {
		const id = place.slice(0, place.lastIndexOf('/'));
		if (updatedAt > (readAt.get(id) ?? '')) readAt.set(id, updatedAt);
	}
	const turn = ({ id }: AccountReference): number => Date.parse(readAt.get(id) ?? '') || 0;
	return accounts.toSorted((a, b) => turn(a) - turn(b));
}

// An account that is no longer listed would else just stop to grow, and nobody would notice.
async function* missingAccounts(
	run: RunToExtract,
	{ books, definition }: ExtractContext,
	listed: AccountReference[],
): Messages {
	const ids = new Set(listed.map(({ id }) => id));
	for (const { id, name } of await books.knownAccounts()) {
		if (!ids.has(id)) yield failureMessage(envelopeOf(run, id, ''), disconnected(definition, name));
	}
}

/** Reads the accounts of a run. */
class AccountReader {
	constructor(
		private readonly run: RunToExtract,
		private readonly context: ExtractContext,
		private readonly discovery: DiscoveryContext,
		private readonly states: ReadonlyMap<string, StreamState>,
		/** What the next STATE is to say. */
		private readonly warnings: string[],
	) {}

	/** Gives the account's messages, and the failure that its last stream ended with. */
	async *read(reference: AccountReference): Messages<ReadFailure | undefined> {
		const account = yield* this.attempt(this.envelope(reference.id, ''), this.describe(reference));
		if (account instanceof ReadFailure) return account;
		if (account === undefined) return yield* this.leaveOut(reference);
		let failure: ReadFailure | undefined;
		for (const stream of this.streams()) {
			failure = yield* this.readStream(account, stream);
			if (failure?.endsRun) break;
		}
		return failure;
	}

	/** The next run reads it first; without a word of it this one would look as if it had read all. */
	*putOff({ id }: AccountReference): Generator<Message, undefined> {
		for (const { key } of this.streams())
			yield this.stateMessage(this.envelope(id, key), PUT_OFF, { extracted: 0 });
		return undefined;
	}

	private streams(): StreamDefinition[] {
		const { disabledStreams } = this.run.metadata;
		const disabled: unknown[] = Array.isArray(disabledStreams) ? disabledStreams : [];
		return this.context.definition.streams.filter(({ key }) => !disabled.includes(key));
	}

	// Without a word of it a run whose accounts are all switched off would look as if its messages were lost.
	private *leaveOut({ id, name }: AccountReference): Generator<Message, undefined> {
		this.warnings.push(switchedOff(name));
		for (const { key } of this.streams()) {
			const message = this.stateMessage(this.envelope(id, key), NOTHING_READ, { extracted: 0 });
			yield { ...message, switchedOff: true };
		}
		return undefined;
	}

	/** The account's facts, noted in the books; undefined where it is not to be read. */
	private async describe(reference: AccountReference): Promise<Account | undefined> {
		const { definition, books } = this.context;
		const { account, warnings } = await definition.accounts.describe(this.discovery, reference);
		this.warnings.push(...warnings);
		const saved = await books.saveAccount(account);
		if (saved === 'conflict') throw conflict(definition, account);
		return saved === 'enabled' ? account : undefined;
	}

	private async *attempt<T>(envelope: Envelope, work: Promise<T>): Messages<T | ReadFailure> {
		try {
			return await work;
		} catch (error) {
			const failure = this.failureOf(error);
			if (!failure.endsRun) yield failureMessage(envelope, failure);
			return failure;
		}
	}

	private async *readStream(account: Account, stream: StreamDefinition): Messages<ReadFailure | undefined> {
		const envelope = this.envelope(account.id, stream.key);
		const counted = { extracted: 0, skipped: 0 };
		const progress: { state: Record<string, unknown> | null } = { state: null };
		try {
			const context = this.readingContext(account, stream, progress);
			const end = yield* this.records(envelope, account, context, counted);
			this.context.log.info(`${this.place(account, stream)}: ${counted.extracted} records read`);
			yield this.stateMessage(envelope, end, counted);
			return undefined;
		} catch (error) {
			const failure = this.failureOf(error);
			if (stream.optional && failure.failureClass === 'not_permitted') {
				this.warnings.push(notAllowed(stream.key, failure));
				yield this.stateMessage(envelope, NOTHING_READ, counted);
				return undefined;
			}
			this.context.log.warn(`${this.place(account, stream)}: stopped (${failure.failureClass})`);
			// What ends the run is said once, for all of it; records that went out must still be counted.
			if (counted.extracted > 0 || !failure.endsRun)
				yield this.stateMessage(envelope, { ...progress, hasMore: false }, counted);
			if (!failure.endsRun) yield failureMessage(envelope, failure);
			return failure;
		}
	}

	/** The stream's records, counted as they go out. */
	private async *records(
		envelope: Envelope,
		account: Account,
		context: ReadingContext<StreamDefinition>,
		counted: { extracted: number; skipped: number },
	): Messages<ReadingEnd> {
		const reading = read(context);
		for (let next = await reading.next(); ; next = await reading.next()) {
			if (next.done) return next.value;
			counted.extracted++;
			this.context.budget.count(1);
			if ('record' in next.value) yield recordMessage(envelope, account, next.value);
			else counted.skipped++;
			if ('skipped' in next.value) this.warnings.push(skippedRecord(next.value));
		}
	}

	private readingContext(
		account: Account,
		stream: StreamDefinition,
		progress: { state: Record<string, unknown> | null },
	): ReadingContext<StreamDefinition> {
		const { extractMode, budget, clock, definition, books } = this.context;
		const { api, metadata } = this.discovery;
		const historyStartMonth = textIn(metadata.historyStart) ?? this.context.historyStart;
		const known = this.states.get(`${account.id}/${stream.key}`)?.state ?? {};
		return {
			api,
			account,
			metadata,
			stream,
			state: extractMode.mode === 'sync' ? known : {},
			startedAt: clock.now(),
			range: extractMode.mode === 'backfill' ? extractMode.range : undefined,
			historyStart: historyStartMonth && `${historyStartMonth}-01`,
			historyStartMonth,
			concurrent: definition.limits.perAccount ?? definition.limits.concurrent,
			books: books.of(account.id),
			budget,
			clock,
			warn: (text) => void this.warnings.push(text),
			progress: (state) => void (progress.state = state),
		};
	}

	private place(account: Account, stream: StreamDefinition): string {
		return `${this.context.definition.displayName}: ${account.name}: ${stream.key}`;
	}

	private stateMessage(
		envelope: Envelope,
		{ state, hasMore }: { state: Record<string, unknown> | null; hasMore: boolean },
		counts: { extracted: number; skipped?: number },
	): StateMessage {
		const moves = this.context.extractMode.mode === 'sync';
		if (hasMore && !moves) this.warnings.push(RANGE_CUT);
		const warnings = fewOf(this.warnings.splice(0));
		return {
			type: 'STATE',
			...envelope,
			state: moves && state ? { ...state } : null,
			hasMore: hasMore && moves,
			counts: { ...counts },
			...(warnings.length > 0 && { warnings }),
		};
	}

	private failureOf(error: unknown): ReadFailure {
		this.context.signal?.throwIfAborted();
		return asFailure(error);
	}

	private envelope(accountId: string, stream: string): Envelope {
		return envelopeOf(this.run, accountId, stream);
	}
}

const NOTHING_READ = { state: null, hasMore: false };
const PUT_OFF = { state: null, hasMore: true };

const RANGE_CUT =
	'Only the first records of the range were read, up to Max Records or Max Minutes. Raise them, or choose a shorter range.';

const MOST_WARNINGS = 20;

/** A provider that refuses thousands of records must not fill the books with as many lines. */
function fewOf(warnings: string[]): string[] {
	const distinct = [...new Set(warnings)];
	if (distinct.length <= MOST_WARNINGS) return distinct;
	return [...distinct.slice(0, MOST_WARNINGS), `… and ${distinct.length - MOST_WARNINGS} more of the kind.`];
}

const skippedRecord = ({ recordId, skipped }: { recordId: string; skipped: string }): string =>
	`${recordId} was skipped: ${skipped}`;

const textIn = (value: unknown): string | undefined =>
	typeof value === 'string' && value ? value : undefined;

function recordMessage(
	envelope: Envelope,
	account: Account,
	{ recordId, fetchedAt, record }: Extract<ReadRecord, { record: unknown }>,
): RecordMessage {
	return { type: 'RECORD', ...envelope, recordId, account, fetchedAt, record };
}

/** The envelope of a run's messages about an account's stream; with both empty, about the integration. */
export function envelopeOf(run: RunToExtract, accountId: string, stream: string): Envelope {
	const { tenantId, integrationId, syncRunId, provider } = run;
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}
