import type { Envelope, StateMessage } from '../shared/messages';
import { excerpt } from '../shared/text';
import { CountsByStream, listCounts, withWarnings } from './counts-by-stream';

/** Counts unknown fields and warns of them in the next STATE: the provider may have added fields. */
export class UnknownFields {
	/** Number of records per field, such as `xero/monthlyFinancials Cell.Colour`. */
	readonly total = new Map<string, number>();
	private readonly counts = new CountsByStream();

	note(envelope: Envelope, fields: readonly string[]): void {
		this.counts.add(
			envelope,
			fields.map((field) => excerpt(field, 60)),
		);
		for (const field of fields) {
			const name = `${envelope.provider}/${envelope.stream} ${field}`;
			this.total.set(name, (this.total.get(name) ?? 0) + 1);
		}
	}

	/** Adds a warning if records since the previous STATE had unknown fields. */
	addUnknownFields(state: StateMessage): StateMessage {
		const counts = this.counts.take(state);
		return counts.size === 0 ? state : withWarnings(state, [warning(state.stream, counts)]);
	}
}

const warning = (stream: string, counts: ReadonlyMap<string, number>): string =>
	`${stream}: unknown fields were left out (number of records): ${listCounts(counts)}. Report them if they matter.`;
