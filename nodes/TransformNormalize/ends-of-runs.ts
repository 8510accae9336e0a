import type { Envelope } from '../shared/messages';
import type { OwnIncoming } from './incoming';

/** How many records of a stream came, and where the last of them stands. */
interface End {
	item: number;
	envelope: Envelope;
	extracted: number;
	skipped: number;
}

/**
 * The STATEs that end runs which this node opened: nothing else says how many records there were, nor which row is the
 * best of one key. The last of each run says that it is.
 */
export function endsOfRuns(incoming: readonly OwnIncoming[]): OwnIncoming[] {
	const runs = new Map<string | null, Map<string, End>>();
	for (const one of incoming) {
		if (one.kind !== 'record') continue;
		const { item, envelope, skipped } = one;
		const ends = runs.get(envelope.syncRunId) ?? new Map<string, End>();
		runs.set(envelope.syncRunId, ends);
		const place = JSON.stringify([envelope.stream, envelope.accountId]);
		const end = ends.get(place) ?? { item, envelope, extracted: 0, skipped: 0 };
		end.extracted++;
		if (skipped) end.skipped++;
		ends.set(place, Object.assign(end, { item }));
	}
	return markEnds([...runs.values()].flatMap((ends) => buildStates([...ends.values()])));
}

function buildStates(ends: readonly End[]): OwnIncoming[] {
	return ends.map(({ item, envelope, ...counts }) => ({
		kind: 'state',
		item,
		message: { type: 'STATE', ...envelope, state: null, hasMore: false, counts },
	}));
}

/** The same, with the last STATE of each run marked as that. */
export function markEnds(incoming: readonly OwnIncoming[]): OwnIncoming[] {
	const last = new Map<string | null, OwnIncoming>();
	for (const one of incoming) if (one.kind === 'state') last.set(one.message.syncRunId, one);
	const ends = new Set(last.values());
	return incoming.map((one) =>
		one.kind === 'state' && ends.has(one) ? { ...one, message: { ...one.message, endsRun: true } } : one,
	);
}
