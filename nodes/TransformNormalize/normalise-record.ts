import type { RateNeed } from '../../db/exchange-rates';
import type { CanonicalRow, Normaliser, NormaliseSettings, RawRecord } from '../providers/normaliser';
import { normaliserOf } from '../providers/normalisers';
import { canonicalRows } from '../shared/canonical-rows';
import type { Conversion } from '../shared/conversion';
import type { RejectionReason } from '../shared/messages';
import { attempt, reasonOf, Rejection } from '../shared/rejection';
import { shaped } from '../shared/shape';
import { excerpt, unstorablePath } from '../shared/text';
import type { IncomingRecord } from './incoming';

/** A row as it goes out, complete. */
export interface ReadyRow extends Omit<CanonicalRow, 'row'> {
	row: Record<string, unknown>;
}

export type Outcome =
	| { recordId: string; rows: ReadyRow[]; unknownProperties: readonly string[] }
	| { rejection: RejectionReason };

/** The rates that a record may need; none where it cannot be used anyhow. */
export function ratesNeededBy(incoming: IncomingRecord, settings: NormaliseSettings): RateNeed[] {
	const { raw } = incoming;
	return raw instanceof Rejection ? [] : (normaliserFor(incoming)?.ratesNeeded(raw, settings) ?? []);
}

/** Turns a raw record into rows, or says why it cannot be used. Never throws. */
export function normaliseRecord(
	incoming: IncomingRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): Outcome {
	const result = attempt(() => {
		const { raw, normaliser } = prepared(incoming);
		const { rows, unknownProperties } = normaliser.normalise(raw, settings, conversion);
		return { recordId: raw.recordId, rows: rows.map((row) => ready(row, raw)), unknownProperties };
	});
	return result instanceof Rejection ? { rejection: reasonOf(result) } : result;
}

function prepared(incoming: IncomingRecord): { raw: RawRecord; normaliser: Normaliser } {
	const { raw, envelope } = incoming;
	const normaliser = normaliserFor(incoming);
	if (!normaliser) {
		throw new Rejection(
			'unknown_stream',
			'stream',
			`There is no way to normalise "${excerpt(envelope.stream)}" of "${excerpt(envelope.provider)}". Check Provider and Stream.`,
		);
	}
	if (raw instanceof Rejection) throw raw;
	return { raw, normaliser };
}

function normaliserFor({ envelope: { provider, stream } }: IncomingRecord): Normaliser | undefined {
	return normaliserOf(provider, stream);
}

/** Adds where the row comes from, and holds it against what its table takes. */
function ready({ table, client, row, version }: CanonicalRow, raw: RawRecord): ReadyRow {
	const { recordId, stream, account, syncRunId } = raw;
	const source = { ...(version && { version }), recordId, stream, accountId: account.id, syncRunId };
	const complete = { ...row, metadata: { ...row.metadata, _src: source } };
	shaped<unknown>(canonicalRows[table], complete, '', 'invalid_row');
	const place = unstorablePath(client, 'client') ?? unstorablePath(complete, 'row');
	if (place === undefined) return { table, client, row: complete, version };
	throw new Rejection(
		'text_not_storable',
		place,
		'The text holds a character that PostgreSQL cannot store (NUL, or half of a surrogate pair). Mend it at the provider.',
	);
}
