import type { Envelope, StateMessage } from '../shared/messages';
import { excerpt } from '../shared/text';
import { CountsByStream, listCounts, withWarnings } from './counts-by-stream';

/** Counts the fields that are not known, and has the STATE after them say so: a provider may have begun to send more. */
export class UnknownFields {
	/** How many records had which, as `xero/monthlyFinancials Cell.Colour`. */
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

	/** The STATE with a warning where records before it had such fields. */
	addUnknownFields(state: StateMessage): StateMessage {
		const counts = this.counts.take(state);
		return counts.size === 0 ? state : withWarnings(state, [warning(state.stream, counts)]);
	}
}

const warning = (stream: string, counts: ReadonlyMap<string, number>): string =>
	`${stream}: fields that are not known were left out, in so many records: ${listCounts(counts)}. Report them if they matter.`;
