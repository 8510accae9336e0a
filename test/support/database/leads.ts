import type { LoadClient, LoadDeletion, LoadRow } from '../../../db/load/input';
import type { TestDatabase } from './database';

export const PORTAL: LoadClient = { externalId: 'portal', clientName: 'Portal', industry: null };

const origin = { stream: 'deals', accountId: 'portal' };

/** A copy of a deal, as the provider gave it at some time. */
export interface DealCopy {
	lead: string;
	version?: string | null;
	/** The names of the stages it went through; an entry is its stage and its place among all stages. */
	stages: readonly string[];
	status?: string;
	value?: string | null;
	client?: LoadClient;
	accountId?: string;
	metadata?: Record<string, unknown>;
}

/** The instant of an entry: the first letter of its stage orders the entries of a lead. */
const enteredAt = (stage: string): string => new Date(Date.UTC(2026, 0, stage.charCodeAt(0))).toISOString();

/** Its rows of `lead_events` as Transform makes them. */
export function dealRows(copy: DealCopy): LoadRow[] {
	const { lead, stages, version = null, client = PORTAL, accountId = 'portal' } = copy;
	const { status = 'active', value = '100.00', metadata = {} } = copy;
	return stages.map((stage, index) => {
		const isLatest = index === stages.length - 1;
		const source = {
			...(version !== null && { version }),
			recordId: lead,
			stream: 'deals',
			accountId,
			syncRunId: 'run',
		};
		return {
			...origin,
			accountId,
			recordId: lead,
			table: 'lead_events',
			client,
			row: {
				eventDate: enteredAt(stage),
				leadId: lead,
				stage,
				value: isLatest ? value : null,
				status: isLatest ? status : 'passed',
				sourceSystem: 'hubspot',
				externalId: `deal:${lead}:${stage}`,
				metadata: { stageId: stage, ...(isLatest && metadata), _src: source },
			},
		};
	});
}

/** Word that a deal is gone. */
export function dealGone(lead: string, deletedAt: string, more: Partial<LoadDeletion> = {}): LoadDeletion {
	return { ...origin, recordId: lead, table: 'lead_events', leadId: lead, deletedAt, ...more };
}

export interface StoredEntry {
	client: string;
	lead: string;
	stage: string;
	status: string;
	value: string | null;
	deletedAt: string | null;
	metadata: Record<string, unknown>;
	written: string;
}

/** A tenant's entries by lead and time, with the transaction that wrote them. */
export async function entriesOf(database: TestDatabase, tenantId: string): Promise<StoredEntry[]> {
	const { rows } = await database.admin.query<StoredEntry>(
		`select k.client_id as client, t.lead_id as lead, t.stage, t.status, t.value::text,
			t.metadata ->> 'deletedAt' as "deletedAt", t.metadata - '_src' as metadata, t.xmin::text as written
		from lead_events t join client_kpis k on k.id = t.client_kpi_id where k.tenant_id = $1
		order by t.lead_id, t.event_date, t.external_id, k.client_id`,
		[tenantId],
	);
	return rows;
}

/** The entries in short, as `client lead stage status value`. */
export async function funnelOf(database: TestDatabase, tenantId: string): Promise<string[]> {
	const entries = await entriesOf(database, tenantId);
	return entries.map(({ client, lead, stage, status, value }) =>
		[client.replace('hubspot:', ''), lead, stage, status, value ?? '-'].join(' '),
	);
}
