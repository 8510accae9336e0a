import { bundledWorkflow, type WorkflowFile } from '../checkout';

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

/** The path of the form of `openUploadWorkflow`, and its id. */
export const OPEN_UPLOAD = 'zixly-upload-open';

/** The bundled workflow, open to everybody: nobody is there to sign in and to consent. */
export function openUploadWorkflow(): WorkflowFile {
	const workflow = { ...bundledWorkflow('zixly-upload-metrics'), id: OPEN_UPLOAD, name: 'Open Upload' };
	const [form] = workflow.nodes.filter(({ type }) => type.endsWith('formTrigger'));
	form!.parameters = { ...form!.parameters, authentication: 'none', options: { path: OPEN_UPLOAD } };
	form!.webhookId = 'open-upload';
	return workflow;
}
