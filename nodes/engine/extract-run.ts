import type { Envelope, FailureMessage, Message, RecordMessage, StateMessage } from '../shared/messages';
import type { Account } from '../shared/account';
import { apiOf, type ApiContext } from './api';
import type { AccountReference, ProviderApi, StreamDefinition } from './definition';
import { asFailure, ReadFailure } from './failure';
import { read, type ReadingEnd, type ReadingOptions, type ReadRecord } from './reading';

/** A claimed run, as Claim Due gives it. */
export interface RunToExtract {
	tenantId: string;
	integrationId: string;
	syncRunId: string;
	provider: string;
	metadata: Record<string, unknown>;
}

/** The books that a run reads and writes while it extracts. */
export interface RunBooks {
	/** States by `<account id>/<stream>`. */
	readStates(): Promise<ReadonlyMap<string, Record<string, unknown>>>;
	/** The accounts that earlier runs read and that are still to be read. */
	knownAccounts(): Promise<readonly AccountReference[]>;
	/** Notes an account; says whether it is to be read. */
	saveAccount(account: Account): Promise<'enabled' | 'disabled' | 'conflict'>;
}

export interface ExtractContext extends ApiContext {
	books: RunBooks;
	options: ReadingOptions;
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
	const api = apiOf(context);
	const { accounts, warnings } = await context.definition.accounts.list(api, await accessTokenOf(context));
	if (accounts.length === 0) throw nothingConnected(context);
	yield* missingAccounts(run, context, accounts);
	const states = await context.books.readStates();
	let unavailable = 0;
	for (const reference of accounts) {
		const reader = new AccountReader(run, context, api, states, warnings);
		const failure = yield* reader.read(reference);
		unavailable = failure?.failureClass === 'provider_unavailable' ? unavailable + 1 : 0;
		if (failure?.endsRun || unavailable === MOST_UNAVAILABLE) throw failure;
	}
}

// An account that is no longer listed would else just stop to grow, and nobody would notice.
async function* missingAccounts(
	run: RunToExtract,
	context: ExtractContext,
	listed: AccountReference[],
): Messages {
	const ids = new Set(listed.map(({ id }) => id));
	for (const { id, name } of await context.books.knownAccounts()) {
		if (!ids.has(id)) yield failureMessage(envelopeOf(run, id, ''), disconnected(context, name));
	}
}

/** Reads one account. */
class AccountReader {
	constructor(
		private readonly run: RunToExtract,
		private readonly context: ExtractContext,
		private readonly api: ProviderApi,
		private readonly states: ReadonlyMap<string, Record<string, unknown>>,
		/** What the next STATE is to say. */
		private readonly warnings: string[],
	) {}

	/** Gives the account's messages, and the failure that its last stream ended with. */
	async *read(reference: AccountReference): Messages<ReadFailure | undefined> {
		const account = yield* this.attempt(this.envelope(reference.id, ''), this.describe(reference));
		if (account instanceof ReadFailure) return account;
		if (account === undefined) return yield* this.leaveOut(reference);
		let failure: ReadFailure | undefined;
		for (const stream of this.context.definition.streams) {
			failure = yield* this.readStream(account, stream);
			if (failure?.endsRun) break;
		}
		return failure;
	}

	// Without a word of it a run whose accounts are all switched off would look as if its messages were lost.
	private *leaveOut({ id, name }: AccountReference): Generator<Message, undefined> {
		this.warnings.push(switchedOff(name));
		for (const { key } of this.context.definition.streams) {
			const end = unchanged(this.states.get(`${id}/${key}`) ?? {});
			yield { ...this.stateMessage(this.envelope(id, key), end, { extracted: 0 }), switchedOff: true };
		}
		return undefined;
	}

	/** The account's facts, noted in the books; undefined where it is not to be read. */
	private async describe(reference: AccountReference): Promise<Account | undefined> {
		const { definition, books } = this.context;
		const { account, warnings } = await definition.accounts.describe(this.api, reference);
		this.warnings.push(...warnings);
		const saved = await books.saveAccount(account);
		if (saved === 'conflict') throw conflict(definition.displayName, account);
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
		const state = this.states.get(`${account.id}/${stream.key}`) ?? {};
		const counted = { extracted: 0 };
		try {
			const end = yield* this.records(envelope, account, stream, state, counted);
			this.context.log.info(`${this.place(account, stream)}: ${counted.extracted} records read`);
			yield this.stateMessage(envelope, end, counted);
			return undefined;
		} catch (error) {
			const failure = this.failureOf(error);
			this.context.log.warn(`${this.place(account, stream)}: stopped (${failure.failureClass})`);
			// What ends the run is said once, for all of it; records that went out must still be counted.
			if (counted.extracted > 0 || !failure.endsRun)
				yield this.stateMessage(envelope, unchanged(state), counted);
			if (!failure.endsRun) yield failureMessage(envelope, failure);
			return failure;
		}
	}

	/** The stream's records, counted as they go out. */
	private async *records(
		envelope: Envelope,
		account: Account,
		stream: StreamDefinition,
		state: Record<string, unknown>,
		counted: { extracted: number },
	): Messages<ReadingEnd> {
		const { definition, options, clock } = this.context;
		const { concurrent } = definition.limits;
		const { api, run } = this;
		const reading = read({ api, account, stream, state, metadata: run.metadata, options, concurrent, clock });
		let next = await reading.next();
		for (; !next.done; next = await reading.next()) {
			counted.extracted++;
			yield recordMessage(envelope, account, next.value);
		}
		return next.value;
	}

	private place(account: Account, stream: StreamDefinition): string {
		return `${this.context.definition.displayName}: ${account.name}: ${stream.key}`;
	}

	private stateMessage(envelope: Envelope, end: ReadingEnd, counts: { extracted: number }): StateMessage {
		const warnings = [...this.warnings.splice(0), ...end.warnings];
		const { state, hasMore } = end;
		return {
			type: 'STATE',
			...envelope,
			state,
			hasMore,
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

const unchanged = (state: Record<string, unknown>): ReadingEnd => ({ state, hasMore: false, warnings: [] });

const switchedOff = (name: string): string =>
	`${name} is switched off, and nothing was read of it. Switch the account on to read it again.`;

function recordMessage(
	envelope: Envelope,
	account: Account,
	{ recordId, fetchedAt, record }: ReadRecord,
): RecordMessage {
	return { type: 'RECORD', ...envelope, recordId, account, fetchedAt, record };
}

/** A failure as it travels between the nodes. */
export function failureMessage(envelope: Envelope, failure: ReadFailure): FailureMessage {
	const { failureClass, message, retryAt } = failure;
	const detail = { class: failureClass, message, ...(retryAt && { retryAt: retryAt.toISOString() }) };
	return { type: 'FAILURE', ...envelope, failure: detail };
}

/** The envelope of a run's messages about an account's stream; with both empty, about the integration. */
export function envelopeOf(run: RunToExtract, accountId: string, stream: string): Envelope {
	const { tenantId, integrationId, syncRunId, provider } = run;
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}

async function accessTokenOf({ authorisation }: ExtractContext): Promise<string | undefined> {
	return authorisation.by === 'engine' ? await authorisation.tokens.current() : authorisation.accessToken;
}

function nothingConnected({ definition: { displayName } }: ExtractContext): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`No organisation of ${displayName} is connected any more. Connect the tenant again and choose its organisations.`,
	);
}

function disconnected({ definition: { displayName } }: ExtractContext, name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${name} is no longer connected in ${displayName}; what was read of it stays. ` +
			'Connect the tenant again with it to go on reading it, or switch the account off.',
	);
}

function conflict(provider: string, { name }: Account): ReadFailure {
	return new ReadFailure(
		'account_conflict',
		`${name} is connected through another tenant already, and nothing was read of it. ` +
			`Disconnect it there first, or leave it out when this tenant connects ${provider}.`,
	);
}
