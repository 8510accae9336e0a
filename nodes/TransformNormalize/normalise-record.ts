import type { RateNeed } from '../../db/rates/read';
import type { CanonicalRow, Normaliser, NormaliseSettings, RawRecord } from '../providers/provider';
import { getNormaliser } from '../providers/registry';
import { canonicalRows } from '../shared/canonical-rows';
import type { Conversion } from '../shared/conversion';
import type { Deletion, RejectionReason } from '../shared/messages';
import { catchRejection, toReason, Rejection } from '../shared/rejection';
import type { Remark } from '../shared/remarks';
import { parseAs } from '../shared/shape';
import { excerpt, unstorablePath } from '../shared/text';
import type { IncomingRecord } from './incoming';

/** A complete row for the output. */
export interface ReadyRow extends Omit<CanonicalRow, 'row'> {
	row: Record<string, unknown>;
}

/** What a record yielded. */
interface UsedRecord {
	recordId: string;
	rows: ReadyRow[];
	deletions: readonly Deletion[];
	unknownProperties: readonly string[];
	remarks: readonly Remark[];
}

export type Outcome = UsedRecord | { rejection: RejectionReason };

/** The rates that a record may need; none if the record is invalid. */
export function ratesNeededBy(incoming: IncomingRecord, settings: NormaliseSettings): RateNeed[] {
	const { raw } = incoming;
	return raw instanceof Rejection ? [] : (findNormaliser(incoming)?.ratesNeeded(raw, settings) ?? []);
}

/** Turns a raw record into rows, or says why it is rejected. Never throws. */
export function normaliseRecord(
	incoming: IncomingRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): Outcome {
	const result = catchRejection((): UsedRecord => {
		const { raw, normaliser } = prepared(incoming);
		const normalised = normaliser.normalise(raw, settings, conversion);
		const { rows, deletions = [], unknownProperties, remarks = [] } = normalised;
		const ofRecord = rows.map((row) => ready(row, raw));
		deletions.forEach((deletion) => assertStorable(unstorablePath(deletion, 'deletion')));
		const { recordId } = raw;
		return { recordId, rows: ofRecord, deletions, unknownProperties, remarks };
	});
	return result instanceof Rejection ? { rejection: toReason(result) } : result;
}

function prepared(incoming: IncomingRecord): { raw: RawRecord; normaliser: Normaliser } {
	const { raw, envelope } = incoming;
	const normaliser = findNormaliser(incoming);
	if (!normaliser) {
		throw new Rejection(
			'unknown_stream',
			'stream',
			`The stream "${excerpt(envelope.stream)}" of "${excerpt(envelope.provider)}" is unknown. Check Provider and Stream.`,
		);
	}
	if (raw instanceof Rejection) throw raw;
	return { raw, normaliser };
}

function findNormaliser({ envelope: { provider, stream } }: IncomingRecord): Normaliser | undefined {
	return getNormaliser(provider, stream);
}

/** Adds the row's origin and checks it against its table's rules. */
function ready({ table, client, row, version }: CanonicalRow, raw: RawRecord): ReadyRow {
	const { recordId, stream, account, syncRunId } = raw;
	const source = { ...(version && { version }), recordId, stream, accountId: account.id, syncRunId };
	const complete = { ...row, metadata: { ...row.metadata, _src: source } };
	parseAs<unknown>(canonicalRows[table], complete, '', 'invalid_row');
	assertStorable(unstorablePath(client, 'client') ?? unstorablePath(complete, 'row'));
	return { table, client, row: complete, version };
}

function assertStorable(place: string | undefined): void {
	if (place === undefined) return;
	throw new Rejection(
		'text_not_storable',
		place,
		'The text contains a character that PostgreSQL cannot store (NUL, or half of a surrogate pair). Correct it at the provider.',
	);
}
