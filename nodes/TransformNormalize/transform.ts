import type { RateNeed } from '../../db/rates/read';
import { staleBefore } from '../providers/lead-events';
import type { NormaliseSettings } from '../providers/provider';
import { getNormaliser } from '../providers/registry';
import type { Conversion } from '../shared/conversion';
import type {
	DeletedMessage,
	Deletion,
	Envelope,
	RejectedMessage,
	RejectionReason,
	RowMessage,
	StateMessage,
} from '../shared/messages';
import { storable } from '../shared/text';
import { readRecordId, type Incoming, type IncomingRecord } from './incoming';
import { normaliseRecord, ratesNeededBy } from './normalise-record';
import { RecordRemarks } from './record-remarks';
import { Tally, type RowSlot } from './tally';
import { UnknownFields } from './unknown-fields';

/** An output for an input item; without a message, the item itself is passed on. */
export interface Outgoing {
	item: number;
	message?: (RowMessage | DeletedMessage | RejectedMessage | StateMessage) & { preview?: true };
}

export interface Transformed {
	outgoing: Outgoing[];
	/** Number of records per unknown property, such as `xero/monthlyFinancials Cell.Colour`. */
	unknownProperties: Map<string, number>;
}

/** The rates that the records may need, without duplicates. */
export function ratesNeeded(incoming: readonly Incoming[], settings: NormaliseSettings): RateNeed[] {
	const needs = new Map<string, RateNeed>();
	for (const one of incoming) {
		if (one.kind !== 'record') continue;
		for (const need of ratesNeededBy(one, settings)) needs.set(Object.values(need).join(), need);
	}
	return [...needs.values()];
}

type Slot = Outgoing & { slot?: RowSlot };

type Mark = { preview?: true };

/**
 * Turns records into rows, deletions or rejections, in order. Each STATE gets the counts of the records that it covers,
 * and the staleness limit if the stream's rows can become stale.
 */
export class Transformation {
	private readonly unknown = new UnknownFields();
	private readonly slots: Slot[] = [];
	private readonly remarks = new RecordRemarks();
	private readonly tally = new Tally();

	constructor(
		private readonly settings: NormaliseSettings,
		private readonly conversion: Conversion,
		/** When the workflow runs, ISO 8601. */
		private readonly now: string,
	) {}

	take(incoming: Incoming): void {
		for (const slot of this.readSlots(incoming)) this.slots.push(slot);
	}

	/** Returns all output. Called last, because a row may be dropped at the STATE that follows it. */
	end(): Transformed {
		const outgoing = this.slots.flatMap(({ slot, ...out }) => (slot?.dropped ? [] : [out]));
		return { outgoing, unknownProperties: this.unknown.total };
	}

	private readSlots(incoming: Incoming): Slot[] {
		if (incoming.kind === 'record') return this.takeRecord(incoming);
		if (incoming.kind === 'other') return [{ item: incoming.item }];
		return [{ item: incoming.item, message: this.closed(incoming.message) }];
	}

	private closed(state: StateMessage): StateMessage {
		return this.ageing(this.remarks.addRemarks(this.unknown.addUnknownFields(this.tally.close(state))));
	}

	private ageing(state: StateMessage): StateMessage {
		// Staleness is only known for synced data.
		if (!state.integrationId || !getNormaliser(state.provider, state.stream)?.ages) return state;
		const before = staleBefore(this.now, this.settings.staleAfterDays);
		return { ...state, ageing: { staleBefore: before.toISOString() } };
	}

	private takeRecord(incoming: IncomingRecord): Slot[] {
		const { item, envelope, skipped } = incoming;
		if (skipped) return [];
		const mark: Mark = incoming.preview ? { preview: true } : {};
		const outcome = normaliseRecord(incoming, this.settings, this.conversion);
		if ('rejection' in outcome) {
			this.tally.addRejected(envelope);
			return [{ item, message: { ...mark, ...rejectedMessage(incoming, outcome.rejection) } }];
		}
		const { recordId, rows, deletions, unknownProperties, remarks } = outcome;
		this.unknown.note(envelope, unknownProperties);
		this.remarks.note(envelope, remarks);
		const slots = this.tally.addRows(envelope, recordId, rows, deletions.length);
		return [
			...slots.map((slot) => ({
				item,
				slot,
				message: { ...mark, ...rowMessage(envelope, recordId, slot) },
			})),
			...deletions.map((one) => ({
				item,
				message: { ...mark, ...deletedMessage(envelope, recordId, one) },
			})),
		];
	}
}

function rowMessage(
	envelope: Envelope,
	recordId: string,
	{ row: { table, client, row } }: RowSlot,
): RowMessage {
	return { type: 'ROW', ...envelope, recordId, table, client, row };
}

function deletedMessage(envelope: Envelope, recordId: string, deletion: Deletion): DeletedMessage {
	return { type: 'DELETED', ...envelope, recordId, ...deletion };
}

function rejectedMessage({ envelope, json }: IncomingRecord, reason: RejectionReason): RejectedMessage {
	return {
		type: 'REJECTED',
		...envelope,
		// The rejection must be storable whatever is wrong with the record, including its ids.
		accountId: storable(envelope.accountId),
		stream: storable(envelope.stream),
		provider: storable(envelope.provider),
		recordId: storable(readRecordId(json)),
		stage: 'transform',
		reason,
		record: json.record ?? null,
	};
}
