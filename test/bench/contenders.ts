import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import type { LoadRow } from '../../db/load/input';
import { openRun } from '../../db/runs/open';
import type { DatabaseSettings } from '../../db/postgres/pool';
import type { WorkflowFile } from '../support/checkout';
import type { StoredCredential } from '../support/n8n/credentials';
import { holder } from '../support/database/run-holder';

/** One of the two nodes that are compared, in the workflow `Rows → node → Mark`. */
export interface Contender {
	name: 'ours' | 'rival';
	node: { type: string; typeVersion: number; parameters: object; credentials: object };
	credential: StoredCredential;
	/** The rows as this node wants them. */
	items(rows: LoadRow[]): Promise<object[]>;
	/** Its table, to be emptied and counted. */
	table: string;
	/** The output that has items when all rows are stored. */
	doneOutput: number;
	/** Makes the run that the rows name this execution's ($1): only those of its own are loaded. */
	takeRun?: string;
}

/** Zixly Postgres Upsert on the full schema: row-level security, foreign keys, checks and all indexes. */
export function ours(pool: Pool, database: DatabaseSettings, tenantId: string): Contender {
	return {
		name: 'ours',
		table: 'public.financials',
		// Rows alone yield no message to go on with, only the summary.
		doneOutput: 2,
		takeRun: "update etl.sync_runs set execution_id = $1 where status = 'running'",
		node: {
			type: 'n8n-nodes-zixly.postgresUpsert',
			typeVersion: 1,
			parameters: {},
			credentials: { zixlyPostgresApi: { id: 'benchOurs', name: 'Bench Ours' } },
		},
		credential: {
			id: 'benchOurs',
			name: 'Bench Ours',
			type: 'zixlyPostgresApi',
			data: { ...database, ca: '', maxConnections: 5 },
		},
		items: async (rows) => {
			const syncRunId = await openRun(pool, { tenantId, provider: 'xero' }, holder('bench'));
			const envelope = { tenantId, integrationId: null, syncRunId, provider: 'xero' };
			return rows.map((row) => ({ type: 'ROW', ...envelope, ...row }));
		},
	};
}

const RIVAL_TABLE = 'rival_financials';

/** n8n's own Postgres node, Insert or Update with its default batching, on a table with the same columns and keys. */
export async function rival(admin: Pool, database: DatabaseSettings): Promise<Contender> {
	await admin.query(
		`create table ${RIVAL_TABLE} (like public.financials including defaults including indexes)`,
	);
	return {
		name: 'rival',
		table: RIVAL_TABLE,
		doneOutput: 0,
		node: {
			type: 'n8n-nodes-base.postgres',
			typeVersion: 2.6,
			parameters: {
				operation: 'upsert',
				schema: { __rl: true, mode: 'list', value: 'public' },
				table: { __rl: true, mode: 'list', value: RIVAL_TABLE },
				columns: {
					mappingMode: 'autoMapInputData',
					matchingColumns: ['client_kpi_id', 'record_date', 'source_system'],
				},
				options: {},
			},
			credentials: { postgres: { id: 'benchRival', name: 'Bench Rival' } },
		},
		credential: { id: 'benchRival', name: 'Bench Rival', type: 'postgres', data: rivalLogin(database) },
		items: async (rows) => rows.map(flat),
	};
}

function rivalLogin({ host, port, database, user, password }: DatabaseSettings): StoredCredential['data'] {
	return { host, port, database, user, password, ssl: 'disable', allowUnauthorizedCerts: false };
}

/** The same values under the names of the columns. */
function flat({ client, row }: LoadRow): object {
	const columns = Object.entries(row).map(([property, value]) => [snakeCase(property), value] as const);
	return { id: cuid(), client_kpi_id: client.externalId, ...Object.fromEntries(columns) };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `Manual Trigger → Rows → node → Mark`. */
export function benchWorkflow(
	{ name, node, doneOutput, takeRun = '' }: Contender,
	files: Record<string, string>,
	databaseUrl: string,
): WorkflowFile {
	const chain = [
		{ name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
		{
			name: 'Rows',
			type: 'CUSTOM.benchRows',
			typeVersion: 1,
			parameters: { ...files, takeRun, databaseUrl },
		},
		{ name: 'Load', ...node },
		{ name: 'Mark', type: 'CUSTOM.benchMark', typeVersion: 1, parameters: files },
	];
	const nodes = chain.map((one, index) => ({ ...one, id: `${name}-${index}`, position: [index * 200, 0] }));
	const connections = Object.fromEntries(
		nodes
			.slice(1)
			.map((one, index) => [
				nodes[index]!.name,
				{ main: connect(one.name, one.name === 'Mark' ? doneOutput : 0) },
			]),
	);
	const settings = { executionOrder: 'v1', saveDataSuccessExecution: 'none', saveManualExecutions: false };
	return {
		id: `bench-${name}`,
		name: `bench ${name}`,
		nodes,
		connections,
		settings,
	} as unknown as WorkflowFile;
}

/** The connections of a node of which only the output at `output` leads on. */
const connect = (to: string, output: number): object[][] => [
	...Array.from({ length: output }, () => []),
	[{ node: to, type: 'main', index: 0 }],
];
