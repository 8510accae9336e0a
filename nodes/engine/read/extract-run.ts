import { AccountReader } from './account-reader';
import { listSecrets } from '../http/api-context';
import type { KnownAccount } from '../contract/provider';
import { buildDiscovery } from './discovery';
import { asFailure } from '../contract/failure';
import { failureMessage } from './failures';
import { selectAccounts } from './select-accounts';
import {
	buildEnvelope,
	type ExtractContext,
	type Messages,
	type RunToExtract,
	type StreamState,
} from './run';

/** If this many accounts in a row get no reply, the provider is down and the rest would only cost time. */
const MAX_UNAVAILABLE = 3;

/**
 * Reads every stream of every account of an integration. Every error becomes a FAILURE message of the stream, the
 * account or (with both empty) the integration. Only an abort is thrown.
 */
export async function* extractRun(run: RunToExtract, context: ExtractContext): Messages {
	try {
		yield* readAccounts(run, context);
	} catch (error) {
		context.signal?.throwIfAborted();
		yield failureMessage(buildEnvelope(run, '', ''), asFailure(error, listSecrets(context)));
	}
}

async function* readAccounts(run: RunToExtract, context: ExtractContext): Messages {
	const choice = await context.store.accountChoice();
	const discovery = buildDiscovery(choice, context);
	const { read, off, failed, warnings } = await selectAccounts(context, discovery, choice);
	// Otherwise the data of an account that is no longer listed would silently stop being updated.
	for (const { accountId, failure } of failed)
		yield failureMessage(buildEnvelope(run, accountId, ''), failure);
	const states = await context.store.readStates();
	const reader = new AccountReader(run, context, discovery, states, warnings);
	for (const reference of off) yield* reader.leaveOut(reference);
	let unavailable = 0;
	for (const [index, reference] of longestUnread(read, states).entries()) {
		noteAccount(context, reference, index + 1, read.length);
		// The first is always read, so that every run makes progress.
		const failure = yield* index > 0 && context.budget.isSpent
			? reader.putOff(reference)
			: reader.read(reference);
		unavailable = failure?.failureClass === 'provider_unavailable' ? unavailable + 1 : 0;
		if (failure?.endsRun || unavailable === MAX_UNAVAILABLE) throw failure;
	}
}

function noteAccount(
	{ progress }: ExtractContext,
	{ name: accountName }: KnownAccount,
	account: number,
	accounts: number,
): void {
	if (progress)
		Object.assign(progress, { account, accounts, accountName, stream: null, month: null, months: null });
}

/** The accounts ordered by when they were last read, oldest first: one execution may not be able to read them all. */
function longestUnread(
	accounts: readonly KnownAccount[],
	states: ReadonlyMap<string, StreamState>,
): KnownAccount[] {
	const readAt = new Map<string, string>();
	for (const [place, { updatedAt }] of states) {
		const id = place.slice(0, place.lastIndexOf('/'));
		if (updatedAt > (readAt.get(id) ?? '')) readAt.set(id, updatedAt);
	}
	const turn = ({ id }: KnownAccount): number => Date.parse(readAt.get(id) ?? '') || 0;
	return accounts.toSorted((a, b) => turn(a) - turn(b));
}
