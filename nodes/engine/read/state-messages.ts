import type {
	Envelope,
	RecordCounts,
	RecordMessage,
	RejectedMessage,
	StateMessage,
} from '../../shared/messages';
import type { Account } from '../../shared/account';
import { buildEnvelope, type ExtractContext, type RunToExtract } from './run';
import type { ReadRecord } from './strategy';

/** Builds the STATE messages of a run and keeps what goes with the next one. */
export class StateMessages {
	/** Records whose rejections the next STATE closes. */
	private readonly settled: string[] = [];

	constructor(
		private readonly run: RunToExtract,
		private readonly mode: ExtractContext['extractMode']['mode'],
		/** Sent with the next STATE. */
		private readonly warnings: string[],
	) {}

	envelope(accountId: string, stream: string): Envelope {
		return buildEnvelope(this.run, accountId, stream);
	}

	warn(...texts: readonly string[]): void {
		this.warnings.push(...texts);
	}

	/** Notes a record that could be read again. */
	settle(recordId: string): void {
		this.settled.push(recordId);
	}

	/** How far a stream was read, with its counts. Only a sync moves the stored state. */
	build(
		envelope: Envelope,
		{ state, hasMore }: { state: Record<string, unknown> | null; hasMore: boolean },
		counts: Partial<RecordCounts>,
	): StateMessage {
		const moves = this.mode === 'sync';
		if (hasMore && !moves) this.warnings.push(RANGE_CUT);
		const warnings = limitWarnings(this.warnings.splice(0));
		return {
			type: 'STATE',
			...envelope,
			state: moves && state ? { ...state } : null,
			hasMore: hasMore && moves,
			counts: { ...counts },
			...(warnings.length > 0 && { warnings }),
			...(this.settled.length > 0 && { settled: this.settled.splice(0) }),
		};
	}

	/** Leaves a stream to the next run. */
	putOff(accountId: string, stream: string): StateMessage {
		return this.build(this.envelope(accountId, stream), { state: null, hasMore: true }, { extracted: 0 });
	}

	/** An empty STATE, so that a run without anything to read is not mistaken for one whose messages were lost. */
	leaveOut(accountId: string, stream: string, why?: string): StateMessage {
		if (why) this.warn(why);
		const nothing = { state: null, hasMore: false };
		return { ...this.build(this.envelope(accountId, stream), nothing, { extracted: 0 }), switchedOff: true };
	}
}

const RANGE_CUT =
	'Only the first records of the range were read, because Max Records or Max Minutes was reached. Raise them, or choose a shorter range.';

const MAX_WARNINGS = 20;

/** Thousands of skipped records must not fill the run log with as many lines. */
function limitWarnings(warnings: string[]): string[] {
	const distinct = [...new Set(warnings)];
	if (distinct.length <= MAX_WARNINGS) return distinct;
	return [...distinct.slice(0, MAX_WARNINGS), `… and ${distinct.length - MAX_WARNINGS} more of this kind.`];
}

export const skippedRecord = ({ recordId, skipped }: { recordId: string; skipped: string }): string =>
	`${recordId} was skipped: ${skipped}`;

export function recordMessage(
	envelope: Envelope,
	account: Account,
	{ recordId, fetchedAt, record }: Extract<ReadRecord, { record: unknown }>,
): RecordMessage {
	return { type: 'RECORD', ...envelope, recordId, account, fetchedAt, record };
}

export function rejectedMessage(
	envelope: Envelope,
	{ recordId, rejected }: Extract<ReadRecord, { rejected: unknown }>,
): RejectedMessage {
	return { type: 'REJECTED', ...envelope, recordId, stage: 'extract', reason: rejected, record: null };
}
