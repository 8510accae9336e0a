import { createTenant } from '../../../db/integrations/tenants';
import type { WorkflowFile } from '../checkout';
import type { TestDatabase } from '../database/database';
import type { StoredCredential } from './credentials';
import { runWorkflow } from './engine';
import { uploadWorkflow } from './upload-workflow';

/** A node of this package in a workflow of its own. */
export interface ChainNode {
	/** Without the package's name. */
	type: string;
	parameters: object;
	credentials?: object;
}

const POSTGRES = { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } };

/** `Rows → Node 0 → Node 1 …`; the tenant is that of the rows, `onError` of the nodes. */
export function chainOf(tenantId: string, nodes: ChainNode[], onError?: string): WorkflowFile {
	const file = uploadWorkflow(tenantId);
	const [rows] = file.nodes;
	const more = nodes.map(({ type, parameters, credentials: used = {} }, index) => ({
		...rows!,
		id: `node-${index}`,
		name: `Node ${index}`,
		type: `n8n-nodes-zixly.${type}`,
		parameters,
		credentials: { ...POSTGRES, ...used },
		...(onError && { onError }),
	}));
	const names = [rows!.name, ...more.map(({ name }) => name)];
	const connections = Object.fromEntries(
		names.slice(1).map((name, index) => [names[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	);
	return { ...file, nodes: [rows!, ...more], connections } as unknown as WorkflowFile;
}

/** How runs name this n8n in `execution_id`, before the colon: learnt from the run of an upload. */
export async function learnInstance(
	database: TestDatabase,
	credentials: StoredCredential[],
): Promise<string> {
	const { id } = await createTenant(database.pool, { name: 'Learns the instance' });
	const tenant = { tenantFrom: 'node', tenantId: { __rl: true, mode: 'id', value: id } };
	const table = { table: 'lead_events', clientIdField: 'accountId', sourceSystem: 'manual' };
	const upsert = { type: 'postgresUpsert', parameters: { input: 'items', ...tenant, ...table } };
	const { executionId } = await runWorkflow(chainOf(id, [upsert]), { credentials, input: [{}] });
	const { rows } = await database.admin.query<{ key: string }>(
		`select execution_id as key from etl.sync_runs where execution_id like '%:' || $1`,
		[executionId],
	);
	return rows[0]!.key.split(':')[0]!;
}
