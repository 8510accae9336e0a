import type { Envelope } from '../shared/messages';
import type { OwnIncoming } from './incoming';

/** The number of records of a stream, and the item of its last one. */
interface End {
	item: number;
	envelope: Envelope;
	extracted: number;
	skipped: number;
}

/**
 * Builds the STATEs that end the runs which this node opened. Without them nothing would count the records and
 * deduplicate their rows. The last STATE of each run is marked.
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

/** Marks the last STATE of each run with `endsRun`. */
export function markEnds(incoming: readonly OwnIncoming[]): OwnIncoming[] {
	const last = new Map<string | null, OwnIncoming>();
	for (const one of incoming) if (one.kind === 'state') last.set(one.message.syncRunId, one);
	const ends = new Set(last.values());
	return incoming.map((one) =>
		one.kind === 'state' && ends.has(one) ? { ...one, message: { ...one.message, endsRun: true } } : one,
	);
}
