import type { Envelope, StateMessage } from '../shared/messages';

/** Counts names by the stream and account of their records, from one STATE to the next. */
export class CountsByStream {
	private readonly sinceState = new Map<string, Map<string, number>>();

	add(envelope: Envelope, names: readonly string[]): void {
		if (names.length === 0) return;
		const place = buildStreamKey(envelope);
		const counts = this.sinceState.get(place) ?? new Map<string, number>();
		this.sinceState.set(place, counts);
		for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	}

	/** What was counted before a STATE; then it begins at nothing. */
	take(state: StateMessage): ReadonlyMap<string, number> {
		const place = buildStreamKey(state);
		const counts = this.sinceState.get(place) ?? new Map<string, number>();
		this.sinceState.delete(place);
		return counts;
	}
}

const buildStreamKey = ({ tenantId, syncRunId, provider, stream, accountId }: Envelope): string =>
	JSON.stringify([tenantId, syncRunId, provider, stream, accountId]);

/** More names would only make the run's counts long. */
const MAX_NAMED = 10;

/** `field (3), other (1) and 2 more` */
export function listCounts(counts: ReadonlyMap<string, number>): string {
	const named = [...counts].slice(0, MAX_NAMED).map(([name, count]) => `${name} (${count})`);
	return named.join(', ') + (counts.size > MAX_NAMED ? ` and ${counts.size - MAX_NAMED} more` : '');
}

/** The STATE with more warnings. */
export function withWarnings(state: StateMessage, warnings: readonly string[]): StateMessage {
	return warnings.length === 0 ? state : { ...state, warnings: [...(state.warnings ?? []), ...warnings] };
}
