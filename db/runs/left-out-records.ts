import type { PoolClient } from 'pg';

/** A run with its counts by stream, as in `etl.sync_runs`. */
interface CountedRun {
	syncRunId: string;
	integrationId: string | null;
	counts: Record<string, unknown>;
}

/** The most frequent reason for rejected records of a run. */
interface FrequentReason {
	code: string;
	message: string;
	records: number;
	/** The number of records rejected for any reason. */
	all: number;
}

/**
 * A sentence on how many records a run read but did not load, with the main reason and what to do; undefined if all are
 * in the tables. Blank rows of a file do not count.
 */
export async function describeLeftOut(client: PoolClient, run: CountedRun): Promise<string | undefined> {
	const { rejectedRecords, rejectedRows, skipped } = sumCounts(run);
	if (rejectedRecords + rejectedRows + skipped === 0) return undefined;
	const reason = await findFrequentReason(client, run.syncRunId);
	const rejected = Math.max(rejectedRecords, reason?.all ?? 0);
	const parts = [
		...(rejected > 0 ? [`${countRecords(rejected)} rejected${reason ? describeReason(reason) : '.'}`] : []),
		...(skipped > 0
			? [
					`${countRecords(skipped)} skipped because the provider no longer has ${skipped === 1 ? 'it' : 'them'}.`,
				]
			: []),
	];
	return parts.join(' ');
}

const countRecords = (count: number): string => (count === 1 ? '1 record was' : `${count} records were`);

function describeReason({ code, message, records, all }: FrequentReason): string {
	const share = records === all ? '' : `, ${records} of them`;
	return `${share} as ${code}: ${message} Rejected Record: Get Many lists them all.`;
}

function sumCounts({ integrationId, counts }: CountedRun) {
	const sums = { rejectedRecords: 0, rejectedRows: 0, skipped: 0 };
	for (const { records, rows } of Object.values(counts).filter(isStream)) {
		sums.rejectedRecords += records.rejected ?? 0;
		sums.rejectedRows += rows.rejected ?? 0;
		if (integrationId !== null) sums.skipped += records.skipped ?? 0;
	}
	return sums;
}

type Stream = Record<'records' | 'rows', Record<string, number>>;

/** The warnings are stored among the counts. */
const isStream = (value: unknown): value is Stream =>
	typeof value === 'object' && value !== null && 'records' in value && 'rows' in value;

const FREQUENT_REASON = `select reason_code as code, (array_agg(reason_message order by last_seen_at desc, id))[1] as message,
	count(*)::int as records, sum(count(*)) over ()::int as "all"
	from etl.rejected_records where sync_run_id = $1 and resolved_at is null
	group by reason_code
	order by records desc, code
	limit 1`;

async function findFrequentReason(
	client: PoolClient,
	syncRunId: string,
): Promise<FrequentReason | undefined> {
	const { rows } = await client.query<FrequentReason>(FREQUENT_REASON, [syncRunId]);
	return rows[0];
}
