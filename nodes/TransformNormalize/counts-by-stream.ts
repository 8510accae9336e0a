import type { Envelope, StateMessage } from '../shared/messages';

/** Counts names per stream and account, from one STATE to the next. */
export class CountsByStream {
	private readonly sinceState = new Map<string, Map<string, number>>();

	add(envelope: Envelope, names: readonly string[]): void {
		if (names.length === 0) return;
		const place = buildStreamKey(envelope);
		const counts = this.sinceState.get(place) ?? new Map<string, number>();
		this.sinceState.set(place, counts);
		for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	}

	/** Returns the counts since the previous STATE and resets them. */
	take(state: StateMessage): ReadonlyMap<string, number> {
		const place = buildStreamKey(state);
		const counts = this.sinceState.get(place) ?? new Map<string, number>();
		this.sinceState.delete(place);
		return counts;
	}
}

/** Identifies a stream of an account within a run. */
export const buildStreamKey = ({ tenantId, syncRunId, provider, stream, accountId }: Envelope): string =>
	JSON.stringify([tenantId, syncRunId, provider, stream, accountId]);

/** Keeps the run's warnings short. */
const MAX_NAMED = 10;

/** @returns such as `field (3), other (1) and 2 more` */
export function listCounts(counts: ReadonlyMap<string, number>): string {
	const named = [...counts].slice(0, MAX_NAMED).map(([name, count]) => `${name} (${count})`);
	return named.join(', ') + (counts.size > MAX_NAMED ? ` and ${counts.size - MAX_NAMED} more` : '');
}

/** Appends warnings to a STATE. */
export function withWarnings(state: StateMessage, warnings: readonly string[]): StateMessage {
	return warnings.length === 0 ? state : { ...state, warnings: [...(state.warnings ?? []), ...warnings] };
}
