import type { Envelope, StateMessage } from '../shared/messages';
import { excerpt } from '../shared/text';

/** More names would only make the run's books long. */
const MOST_NAMED = 10;

/** Counts the fields that are not known, and has the STATE after them say so: a provider may have begun to send more. */
export class UnknownFields {
	/** How many records had which, as `xero/monthlyFinancials Cell.Colour`. */
	readonly total = new Map<string, number>();
	private readonly sinceState = new Map<string, Map<string, number>>();

	note(envelope: Envelope, fields: readonly string[]): void {
		if (fields.length === 0) return;
		const place = placeOf(envelope);
		const counts = this.sinceState.get(place) ?? new Map<string, number>();
		this.sinceState.set(place, counts);
		for (const field of fields) {
			countUp(counts, field);
			countUp(this.total, `${envelope.provider}/${envelope.stream} ${field}`);
		}
	}

	/** The STATE with a warning where records before it had such fields. */
	toldIn(state: StateMessage): StateMessage {
		const place = placeOf(state);
		const counts = this.sinceState.get(place);
		if (!counts) return state;
		this.sinceState.delete(place);
		return { ...state, warnings: [...(state.warnings ?? []), warning(state.stream, counts)] };
	}
}

function countUp(counts: Map<string, number>, name: string): void {
	counts.set(name, (counts.get(name) ?? 0) + 1);
}

function warning(stream: string, counts: Map<string, number>): string {
	const named = [...counts].slice(0, MOST_NAMED).map(([field, count]) => `${excerpt(field, 60)} (${count})`);
	const more = counts.size > MOST_NAMED ? ` and ${counts.size - MOST_NAMED} more` : '';
	return `${stream}: fields that are not known were left out, in so many records: ${named.join(', ')}${more}. Report them if they matter.`;
}

const placeOf = ({ tenantId, syncRunId, provider, stream, accountId }: Envelope): string =>
	JSON.stringify([tenantId, syncRunId, provider, stream, accountId]);
