import { AccountReader } from './account-reader';
import { apiOf } from './api';
import type { AccountReference, DiscoveryContext } from './definition';
import { asFailure } from './failure';
import { disconnected, failureMessage, nothingConnected } from './outcomes';
import { envelopeOf, type ExtractContext, type Messages, type RunToExtract, type StreamState } from './run';

/** So many accounts in a row without an answer: the provider is down, and the rest would only take time. */
const MOST_UNAVAILABLE = 3;

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
