import type { RecordCounts, RowCounts } from './messages';

const RECORD_FATES = ['normalised', 'skipped', 'rejected', 'filtered'] as const;
const ROW_FATES = ['inserted', 'updated', 'unchanged', 'superseded', 'deduplicated', 'rejected'] as const;

/**
 * Describes where a stream's counts do not add up: every extracted record and every produced row must have exactly one
 * outcome. Empty if they add up.
 */
export function imbalances(
	stream: string,
	{ records, rows }: { records: Partial<RecordCounts>; rows: Partial<RowCounts> },
): string[] {
	return [
		difference(`${stream}: records extracted`, records.extracted, sum(records, RECORD_FATES)),
		difference(`${stream}: rows produced`, rows.produced, sum(rows, ROW_FATES)),
	].filter((line) => line !== undefined);
}

function sum<Name extends string>(counts: Partial<Record<Name, number>>, names: readonly Name[]): number {
	return names.reduce((total, name) => total + (counts[name] ?? 0), 0);
}

function difference(what: string, came = 0, accounted: number): string | undefined {
	if (came === accounted) return undefined;
	return `${what} ${came}, accounted for ${accounted}: another node between the Zixly nodes removed or added items.`;
}
