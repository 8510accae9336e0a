import type { PreparedRow } from './prepare';
import { isNewer } from './row-source';

/** A lead with its rows in the chunk. */
export interface ChunkLead {
	leadId: string;
	sourceSystem: string;
	accountId: string;
	/** The client of the newest copy in the chunk, and that copy's version. */
	clientKpiId: string;
	version: string | null;
	/** `external_id` of the entry that has the status in that copy; null if it is in another chunk. */
	latest: string | null;
	rows: PreparedRow[];
}

/** Indexes in `values` of a row of `lead_events`. */
const LEAD_ID = 1;
const STATUS = 4;
const SOURCE_SYSTEM = 5;
const EXTERNAL_ID = 6;

/** The status of an entry that a lead has moved on from. */
const PASSED = 'passed';

/**
 * The chunk's leads from a provider's account. Leads of plain items are excluded: only their user knows what their
 * statuses mean.
 */
export function groupByLead(rows: readonly PreparedRow[]): ChunkLead[] {
	const leads = new Map<string, ChunkLead>();
	for (const row of rows) {
		if (row.statement.table.name !== 'lead_events') continue;
		const accountId = row.origin?.accountId;
		const sourceSystem = row.values[SOURCE_SYSTEM];
		if (!accountId || !sourceSystem) continue;
		const leadId = row.values[LEAD_ID]!;
		const key = [sourceSystem, accountId, leadId].join('\0');
		const lead = leads.get(key);
		if (lead) take(lead, row);
		else leads.set(key, begun({ leadId, sourceSystem, accountId }, row));
	}
	return [...leads.values()];
}

function begun(named: Pick<ChunkLead, 'leadId' | 'sourceSystem' | 'accountId'>, row: PreparedRow): ChunkLead {
	const { clientKpiId, version } = row;
	return { ...named, clientKpiId, version, latest: readLatestEntry(row), rows: [row] };
}

/** The newest copy wins; of equally new ones the later. */
function take(lead: ChunkLead, row: PreparedRow): void {
	lead.rows.push(row);
	if (isNewer(lead, row)) return;
	if (row.version !== lead.version) lead.latest = null;
	lead.version = row.version;
	lead.clientKpiId = row.clientKpiId;
	lead.latest = readLatestEntry(row) ?? lead.latest;
}

const readLatestEntry = ({ values }: PreparedRow): string | null =>
	values[STATUS] === PASSED ? null : values[EXTERNAL_ID]!;
