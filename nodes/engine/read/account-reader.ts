import type { RunProgress } from '../../../db/runs/progress';
import type { Account } from '../../shared/account';
import type { Envelope, Message } from '../../shared/messages';
import { completeAccount, identifyAccount, nameAccount } from './identify-account';
import { listSecrets } from '../http/api-context';
import type { DiscoveryContext, KnownAccount } from '../contract/provider';
import { missingScopes, readGranted } from '../contract/scopes';
import type { StreamDefinition } from '../contract/stream';
import type { AccountReference } from '../contract/api';
import { asFailure, ReadFailure } from '../contract/failure';
import { failureMessage, givenUp, needsConsent, notAllowed, streamOff, switchedOff } from './failures';
import { readByStrategy } from './read-stream';
import type { ReadingContext, ReadingEnd } from './strategy';
import type { ExtractContext, Messages, RunToExtract, StreamState } from './run';
import { recordMessage, rejectedMessage, skippedRecord, StateMessages } from './state-messages';
import { asText } from '../../shared/text';

/** Reads the accounts of a run. */
export class AccountReader {
	constructor(
		private readonly run: RunToExtract,
		private readonly context: ExtractContext,
		private readonly discovery: DiscoveryContext,
		private readonly states: ReadonlyMap<string, StreamState>,
		/** Sent with the next STATE. */
		warnings: string[],
	) {
		this.messages = new StateMessages(run, context.extractMode.mode, warnings);
	}

	private readonly messages: StateMessages;

	/** Yields the account's messages and returns the failure of its last stream. */
	async *read(reference: KnownAccount): Messages<ReadFailure | undefined> {
		const lacking = this.findLackingScopes([]);
		if (lacking.length > 0) return yield* this.skip(reference, '', lacking);
		const account = yield* this.attempt(this.messages.envelope(reference.id, ''), this.describe(reference));
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
		if (!strayed.endsRun) yield failureMessage(this.messages.envelope(reference.id, ''), strayed);
		return strayed;
	}

	private async *streams(account: Account): Messages<ReadFailure | undefined> {
		let failure: ReadFailure | undefined;
		for (const stream of this.context.definition.streams) {
			const lacking = this.findLackingScopes([stream.key]);
			if (this.isDisabled(stream))
				yield this.messages.leaveOut(account.id, stream.key, streamOff(stream.key, account.name));
			else if (lacking.length > 0) failure = yield* this.skip(account, stream.key, lacking);
			else failure = yield* this.readStream(account, stream);
			if (failure?.endsRun) break;
		}
		return failure;
	}

	/** The scopes that reading needs and that the consent is known not to include. */
	private findLackingScopes(streams: readonly string[]): string[] {
		const { metadata } = this.discovery;
		// What a credential of n8n was granted is not known here; the connection may have scopes of an earlier consent.
		const granted = metadata.authentication === 'n8n' ? undefined : readGranted(metadata);
		return missingScopes(this.context.definition, granted, streams);
	}

	/** Reports what is not requested because the consent does not include it. */
	private *skip(
		{ id, name }: AccountReference,
		stream: string,
		scopes: readonly string[],
	): Generator<Message, ReadFailure> {
		const failure = needsConsent(this.context.definition, stream ? `${stream} of ${name}` : name, scopes);
		yield failureMessage(this.messages.envelope(id, stream), failure);
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
			if ((await this.discovery.accessToken()) !== token)
				await identifyAccount(this.context.definition, this.discovery, reference);
			return undefined;
		} catch (error) {
			return this.toFailure(error);
		}
	}

	/** Leaves the account to the next run. Without these messages the run would look complete. */
	*putOff({ id }: AccountReference): Generator<Message, undefined> {
		for (const stream of this.context.definition.streams) {
			if (!this.isDisabled(stream)) yield this.messages.putOff(id, stream.key);
		}
		return undefined;
	}

	private isDisabled({ key }: StreamDefinition): boolean {
		const { disabledStreams } = this.run.metadata;
		return Array.isArray(disabledStreams) && disabledStreams.includes(key);
	}

	/** Reports an account that the operator switched off. */
	*leaveOut({ id, name }: AccountReference): Generator<Message, undefined> {
		this.messages.warn(switchedOff(name));
		for (const stream of this.context.definition.streams) yield this.messages.leaveOut(id, stream.key);
		return undefined;
	}

	/** The account with everything known about it, which is also stored. */
	private async describe(reference: KnownAccount): Promise<Account> {
		const { account, warnings } = await identifyAccount(this.context.definition, this.discovery, reference);
		this.messages.warn(...warnings);
		const facts = nameAccount(account, reference);
		if (!(await this.context.store.saveAccount(facts))) throw givenUp(reference.name);
		return completeAccount(facts, reference);
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
		const envelope = this.messages.envelope(account.id, stream.key);
		const counted = { extracted: 0, skipped: 0, rejected: 0 };
		const progress: { state: Record<string, unknown> | null } = { state: null };
		this.noteProgress({ stream: stream.key, month: null, months: null });
		try {
			const context = this.readingContext(account, stream, progress);
			const end = yield* this.records(envelope, account, context, counted);
			this.context.log.info(`${this.place(account, stream)}: ${counted.extracted} records read`);
			yield this.messages.build(envelope, end, counted);
			return undefined;
		} catch (error) {
			const failure = this.toFailure(error);
			if (stream.optional && failure.failureClass === 'not_permitted' && counted.extracted === 0) {
				yield this.messages.leaveOut(account.id, stream.key, notAllowed(stream.key, failure));
				return undefined;
			}
			this.context.log.warn(`${this.place(account, stream)}: stopped (${failure.failureClass})`);
			// A failure that ends the run is reported once for the whole run; records already sent must still be counted.
			if (counted.extracted > 0 || !failure.endsRun)
				yield this.messages.build(envelope, { ...progress, hasMore: false }, counted);
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
		const reading = readByStrategy(context);
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
				this.messages.warn(skippedRecord(next.value));
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
			warn: (text) => void this.messages.warn(text),
			progress: (state) => void (progress.state = state),
			noteMonth: (month, months) => this.noteProgress({ month, months }),
			settled: (recordId) => void this.messages.settle(recordId),
			describeAccount: async () => await definition.accounts.describe(this.discovery, account),
		};
	}

	private noteProgress(progress: Partial<RunProgress>): void {
		if (this.context.progress) Object.assign(this.context.progress, progress);
	}

	private place(account: Account, stream: StreamDefinition): string {
		return `${this.context.definition.displayName}: ${account.name}: ${stream.key}`;
	}

	private toFailure(error: unknown): ReadFailure {
		this.context.signal?.throwIfAborted();
		return asFailure(error, listSecrets(this.context));
	}
}
