import type { Envelope, StateMessage } from '../shared/messages';
import { remarkText, type Remark, type RemarkKind } from '../shared/remarks';
import { CountsByStream, listCounts, withWarnings } from './counts-by-stream';

/** Collects remarks on accepted records and adds them to the next STATE as warnings. */
export class RecordRemarks {
	private readonly records = new CountsByStream();
	private readonly details = new Map<RemarkKind, CountsByStream>();

	note(envelope: Envelope, remarks: readonly Remark[]): void {
		const kinds = new Set(remarks.map(({ kind }) => kind));
		this.records.add(envelope, [...kinds]);
		for (const kind of kinds) {
			const ofKind = remarks.filter((remark) => remark.kind === kind);
			this.getDetails(kind).add(
				envelope,
				ofKind.flatMap(({ detail }) => detail ?? []),
			);
		}
	}

	/** Adds a warning for each kind of remark since the previous STATE. */
	addRemarks(state: StateMessage): StateMessage {
		const kinds = [...this.records.take(state)] as Array<[RemarkKind, number]>;
		const warnings = kinds.map(([kind, count]) => {
			const details = listCounts(this.getDetails(kind).take(state));
			return `${state.stream}: ${remarkText(kind, count, details)}`;
		});
		return withWarnings(state, warnings);
	}

	private getDetails(kind: RemarkKind): CountsByStream {
		const counts = this.details.get(kind) ?? new CountsByStream();
		this.details.set(kind, counts);
		return counts;
	}
}
