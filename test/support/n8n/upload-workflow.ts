import type { WorkflowFile } from '../checkout';

const POSTGRES = { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } };

/** Rows of any node → Transform & Normalize → Postgres Upsert: what zixly-upload-metrics does once the file is read. */
export function uploadWorkflow(tenantId: string, parameters: object = {}): WorkflowFile {
	const node = (name: string, type: string, more: object) => ({
		id: name,
		name,
		type,
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
		...more,
	});
	const tenant = { tenantId: { __rl: true, mode: 'id', value: tenantId } };
	const whose = { input: 'items', tenantFrom: 'node', ...tenant };
	const transform = { provider: 'manual', stream: 'customMetrics', ...whose, ...parameters };
	return {
		id: 'upload',
		name: 'Upload',
		nodes: [
			node('Rows', 'n8n-nodes-base.manualTrigger', {}),
			node('Transform', 'n8n-nodes-zixly.transformNormalize', {
				parameters: transform,
				credentials: POSTGRES,
			}),
			node('Upsert', 'n8n-nodes-zixly.postgresUpsert', {
				parameters: { input: 'messages' },
				credentials: POSTGRES,
			}),
		],
		connections: {
			Rows: { main: [[{ node: 'Transform', type: 'main', index: 0 }]] },
			Transform: { main: [[{ node: 'Upsert', type: 'main', index: 0 }]] },
		},
		settings: { executionOrder: 'v1' },
	};
}
