import type { AccountFacts } from '../../../db/integrations/accounts';
import type { RunProgress } from '../../../db/runs/progress';
import { accountFrom, type Account } from '../../shared/account';
import type {
	Envelope,
	Message,
	RecordCounts,
	RecordMessage,
	RejectedMessage,
	StateMessage,
} from '../../shared/messages';
import { checkedFacts } from './account-list';
import { listSecrets } from '../http/api-context';
import type { DiscoveryContext, KnownAccount } from '../contract/provider';
import type { StreamDefinition } from '../contract/stream';
import type { AccountReference } from '../contract/api';
import { asFailure, ReadFailure } from '../contract/failure';
import { failureMessage, givenUp, notAllowed, otherAccount, streamOff, switchedOff } from './failures';
import { read } from './read-stream';
import { type ReadingContext, type ReadingEnd, type ReadRecord } from './strategy';
import {
	buildEnvelope,
	type ExtractContext,
	type Messages,
	type RunToExtract,
	type StreamState,
} from './run';
import { asText } from '../../shared/text';

/** Reads the accounts of a run. */
export class AccountReader {
	constructor(
		private readonly run: RunToExtract,
		private readonly context: ExtractContext,
		private readonly discovery: DiscoveryContext,
		private readonly states: ReadonlyMap<string, StreamState>,
		/** Sent with the next STATE. */
		private readonly warnings: string[],
	) {}

	/** Records whose rejections the next STATE closes. */
	private readonly settled: string[] = [];

	/** Yields the account's messages and returns the failure of its last stream. */
	async *read(reference: KnownAccount): Messages<ReadFailure | undefined> {
		const account = yield* this.attempt(this.envelope(reference.id, ''), this.describe(reference));
		if (account instanceof ReadFailure) return account;
		const token = await this.discovery.accessToken();
		const messages: Message[] = [];
		const reading = this.streams(account);
		let next = await reading.next();
		for (; !next.done; next = await reading.next()) messages.push(next.value);
		const strayed = await this.strayed(reference, token);
		if (!strayed) {
			yield* messages;
			return next.value;
		}
		if (!strayed.endsRun) yield failureMessage(this.envelope(reference.id, ''), strayed);
		return strayed;
	}

	private async *streams(account: Account): Messages<ReadFailure | undefined> {
		let failure: ReadFailure | undefined;
		for (const stream of this.context.definition.streams) {
			if (this.isDisabled(stream))
				yield this.leftOut(account.id, stream, streamOff(stream.key, account.name));
			else failure = yield* this.readStream(account, stream);
			if (failure?.endsRun) break;
		}
		return failure;
	}

	/**
	 * Why nothing that was read may be used: the token was replaced after the account was identified, and the new token
	 * answers for another account or cannot be checked.
	 */
	private async strayed(
		reference: KnownAccount,
		token: string | undefined,
	): Promise<ReadFailure | undefined> {
		try {
			if ((await this.discovery.accessToken()) !== token) await this.described(reference);
			return undefined;
		} catch (error) {
			return this.toFailure(error);
		}
	}

	/** Leaves the account to the next run. Without these messages the run would look complete. */
	*putOff({ id }: AccountReference): Generator<Message, undefined> {
		for (const stream of this.context.definition.streams) {
			if (!this.isDisabled(stream))
				yield this.stateMessage(this.envelope(id, stream.key), PUT_OFF, { extracted: 0 });
		}
		return undefined;
	}

	private isDisabled({ key }: StreamDefinition): boolean {
		const { disabledStreams } = this.run.metadata;
		return Array.isArray(disabledStreams) && disabledStreams.includes(key);
	}

	/** Reports an account that the operator switched off. */
	*leaveOut({ id, name }: AccountReference): Generator<Message, undefined> {
		this.warnings.push(switchedOff(name));
		for (const stream of this.context.definition.streams) yield this.leftOut(id, stream);
		return undefined;
	}

	// An empty STATE, so that a run without anything to read is not mistaken for one whose messages were lost.
	private leftOut(accountId: string, { key }: StreamDefinition, why?: string): StateMessage {
		if (why) this.warnings.push(why);
		const message = this.stateMessage(this.envelope(accountId, key), NOTHING_READ, { extracted: 0 });
		return { ...message, switchedOff: true };
	}

	/** The account with everything known about it, which is also stored. */
	private async describe(reference: KnownAccount): Promise<Account> {
		const { store } = this.context;
		const { account, warnings } = await this.described(reference);
		this.warnings.push(...warnings);
		// The name in the list of accounts counts too, but not an id that replaces a missing name.
		const listed = reference.name === reference.id ? null : reference.name;
		const facts = { ...account, name: account.name ?? listed };
		if (!(await store.saveAccount(facts))) throw givenUp(reference.name);
		const { timezone, currency } = reference;
		const complete = {
			...facts,
			...{ timezone: facts.timezone ?? timezone, currency: facts.currency ?? currency },
		};
		return accountFrom(complete);
	}

	private async described(reference: KnownAccount): Promise<{ account: AccountFacts; warnings: string[] }> {
		const { definition } = this.context;
		const { account, warnings } = await definition.accounts.describe(this.discovery, reference);
		const facts = checkedFacts(account);
		if (facts.id !== reference.id) throw otherAccount(definition, reference.name);
		return { account: facts, warnings };
	}

	private async *attempt<T>(envelope: Envelope, work: Promise<T>): Messages<T | ReadFailure> {
		try {
			return await work;
		} catch (error) {
			const failure = this.toFailure(error);
			if (!failure.endsRun) yield failureMessage(envelope, failure);
			return failure;
		}
	}

	private async *readStream(account: Account, stream: StreamDefinition): Messages<ReadFailure | undefined> {
		const envelope = this.envelope(account.id, stream.key);
		const counted = { extracted: 0, skipped: 0, rejected: 0 };
		const progress: { state: Record<string, unknown> | null } = { state: null };
		this.noteProgress({ stream: stream.key, month: null, months: null });
		try {
			const context = this.readingContext(account, stream, progress);
			const end = yield* this.records(envelope, account, context, counted);
			this.context.log.info(`${this.place(account, stream)}: ${counted.extracted} records read`);
			yield this.stateMessage(envelope, end, counted);
			return undefined;
		} catch (error) {
			const failure = this.toFailure(error);
			if (stream.optional && failure.failureClass === 'not_permitted' && counted.extracted === 0) {
				yield this.leftOut(account.id, stream, notAllowed(stream.key, failure));
				return undefined;
			}
			this.context.log.warn(`${this.place(account, stream)}: stopped (${failure.failureClass})`);
			// A failure that ends the run is reported once for the whole run; records already sent must still be counted.
			if (counted.extracted > 0 || !failure.endsRun)
				yield this.stateMessage(envelope, { ...progress, hasMore: false }, counted);
			if (!failure.endsRun) yield failureMessage(envelope, failure);
			return failure;
		}
	}

	/** The stream's records, counted as they are sent. */
	private async *records(
		envelope: Envelope,
		account: Account,
		context: ReadingContext<StreamDefinition>,
		counted: { extracted: number; skipped: number; rejected: number },
	): Messages<ReadingEnd> {
		const reading = read(context);
		for (let next = await reading.next(); ; next = await reading.next()) {
			if (next.done) return next.value;
			counted.extracted++;
			if (this.context.progress) this.context.progress.records++;
			this.context.budget.count(1);
			if ('record' in next.value) yield recordMessage(envelope, account, next.value);
			else if ('rejected' in next.value) {
				counted.rejected++;
				yield rejectedMessage(envelope, next.value);
			} else {
				counted.skipped++;
				this.warnings.push(skippedRecord(next.value));
			}
		}
	}

	private readingContext(
		account: Account,
		stream: StreamDefinition,
		progress: { state: Record<string, unknown> | null },
	): ReadingContext<StreamDefinition> {
		const { extractMode, budget, clock, definition, store } = this.context;
		const { api, metadata } = this.discovery;
		const historyStartMonth = (asText(metadata.historyStart) || undefined) ?? this.context.historyStart;
		const known = this.states.get(`${account.id}/${stream.key}`)?.state ?? {};
		return {
			api,
			account,
			metadata,
			stream,
			state: extractMode.mode === 'sync' ? known : {},
			isSync: extractMode.mode === 'sync',
			startedAt: clock.now(),
			range: extractMode.mode === 'backfill' ? extractMode.range : undefined,
			historyStart: historyStartMonth && `${historyStartMonth}-01`,
			historyStartMonth,
			concurrent: definition.limits.perAccount ?? definition.limits.concurrent,
			store: store.of(account.id),
			budget,
			clock,
			warn: (text) => void this.warnings.push(text),
			progress: (state) => void (progress.state = state),
			noteMonth: (month, months) => this.noteProgress({ month, months }),
			settled: (recordId) => void this.settled.push(recordId),
			describeAccount: async () => await definition.accounts.describe(this.discovery, account),
		};
	}

	private noteProgress(progress: Partial<RunProgress>): void {
		if (this.context.progress) Object.assign(this.context.progress, progress);
	}

	private place(account: Account, stream: StreamDefinition): string {
		return `${this.context.definition.displayName}: ${account.name}: ${stream.key}`;
	}

	private stateMessage(
		envelope: Envelope,
		{ state, hasMore }: { state: Record<string, unknown> | null; hasMore: boolean },
		counts: Partial<RecordCounts>,
	): StateMessage {
		const moves = this.context.extractMode.mode === 'sync';
		if (hasMore && !moves) this.warnings.push(RANGE_CUT);
		const warnings = limitWarnings(this.warnings.splice(0));
		return {
			type: 'STATE',
			...envelope,
			state: moves && state ? { ...state } : null,
			hasMore: hasMore && moves,
			counts: { ...counts },
			...(warnings.length > 0 && { warnings }),
			...(this.settled.length > 0 && { settled: this.settled.splice(0) }),
		};
	}

	private toFailure(error: unknown): ReadFailure {
		this.context.signal?.throwIfAborted();
		return asFailure(error, listSecrets(this.context));
	}

	private envelope(accountId: string, stream: string): Envelope {
		return buildEnvelope(this.run, accountId, stream);
	}
}

const NOTHING_READ = { state: null, hasMore: false };
const PUT_OFF = { state: null, hasMore: true };

const RANGE_CUT =
	'Only the first records of the range were read, because Max Records or Max Minutes was reached. Raise them, or choose a shorter range.';

const MAX_WARNINGS = 20;

/** Thousands of skipped records must not fill the run log with as many lines. */
function limitWarnings(warnings: string[]): string[] {
	const distinct = [...new Set(warnings)];
	if (distinct.length <= MAX_WARNINGS) return distinct;
	return [...distinct.slice(0, MAX_WARNINGS), `… and ${distinct.length - MAX_WARNINGS} more of this kind.`];
}

const skippedRecord = ({ recordId, skipped }: { recordId: string; skipped: string }): string =>
	`${recordId} was skipped: ${skipped}`;

function recordMessage(
	envelope: Envelope,
	account: Account,
	{ recordId, fetchedAt, record }: Extract<ReadRecord, { record: unknown }>,
): RecordMessage {
	return { type: 'RECORD', ...envelope, recordId, account, fetchedAt, record };
}

function rejectedMessage(
	envelope: Envelope,
	{ recordId, rejected }: Extract<ReadRecord, { rejected: unknown }>,
): RejectedMessage {
	return { type: 'REJECTED', ...envelope, recordId, stage: 'extract', reason: rejected, record: null };
}
