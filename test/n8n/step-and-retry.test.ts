import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createTenant } from '../../db/integrations/tenants';
import { migrate } from '../../db/schema/migrate';
import { setStage, type Stage } from '../demo/stage';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { bookedRuns, imbalances } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import { expectWithMessage } from '../support/expect/expectations';
import { executeStep, retryExecution, type EndedExecution, type Step } from '../support/n8n/by-hand';
import { RealN8n } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import type { N8nSession } from '../support/n8n/session';
import { uploadWorkflow } from '../support/n8n/upload-workflow';

const POSTGRES = 'zixlyPostgres';
const SYNC = 'zixly-sync-xero';
const KEPT = {
	executionOrder: 'v1' as const,
	saveManualExecutions: true,
	saveDataErrorExecution: 'all' as const,
};

/** What the editor's *Execute step* and the list's *Retry* do with messages of runs, and with items that look like some. */
describe('Execute step and Retry in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let scenario: Scenario;
	let session: N8nSession;
	let tenantId: string;

	beforeAll(async () => {
		stage = await setStage();
		await migrate(stage.warehouse.settings);
		({ id: tenantId } = await createTenant(stage.warehouse.pool, { name: 'Pinned Group' }));
		n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
		scenario = new Scenario(stage.warehouse, stage.sandbox);
		await n8n.importCredentials(scenario.credentials);
		// As bundled: what the editor finds after an import by the command line.
		await n8n.importWorkflows([{ ...bundledWorkflow(SYNC), settings: KEPT }]);
		session = await (await n8n.start()).signIn();
	});
	beforeEach(async () => {
		await stage.warehouse.admin.query('delete from etl.sync_runs');
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	/** The button on a node; it has to do what the node is for. */
	async function step(workflow: WorkflowFile, which: Step): Promise<EndedExecution> {
		const ended = await executeStep(session, workflow.id, which);
		expectWithMessage(ended.status, `${which.node}: ${ended.words}`).toBe('success');
		return ended;
	}

	const runs = async () => await bookedRuns(stage.warehouse.admin);

	async function metrics(prefix: string): Promise<string[]> {
		const { rows } = await stage.warehouse.admin.query<{ line: string }>(
			`select concat_ws(' ', k.client_id, m.metric_name, m.metric_value) as line from custom_metrics m
			join client_kpis k on k.id = m.client_kpi_id where k.client_id like $1 || '%' order by 1`,
			[prefix],
		);
		return rows.map(({ line }) => line);
	}

	/** Rows of one's own with a column that messages have as well. */
	const pinnedRows = (prefix: string) =>
		['ROW', 'STATE'].map((type, index) => ({
			json: {
				'Client ID': `${prefix}-${type}`,
				Metric: 'M',
				Value: `${index + 1}`,
				Date: '2026-06-30',
				type,
			},
		}));

	/** Saves it as the editor does, and gives it with the id that n8n chose. */
	async function save(workflow: WorkflowFile & { pinData?: object }): Promise<WorkflowFile> {
		const { name, nodes, connections, pinData } = workflow;
		const body = { name, nodes, connections, pinData: pinData ?? {}, settings: KEPT, active: false };
		const { id } = await session.rest<{ id: string }>('POST', 'workflows', body);
		return { ...workflow, id };
	}

	const saveUpload = async (pinData: object): Promise<WorkflowFile> =>
		await save({ ...uploadWorkflow(tenantId), pinData });

	it('executes the nodes one by one on pinned rows, as parts of one run', async () => {
		const workflow = await saveUpload({ Rows: pinnedRows('STEP') });
		const after = await step(workflow, { node: 'Transform' });
		expect((await runs()).map(({ status }) => status)).toEqual(['running']);
		expect(await metrics('STEP')).toEqual([]);
		await step(workflow, { node: 'Upsert', after });
		expect(await metrics('STEP')).toEqual(['STEP-ROW M 1.0000', 'STEP-STATE M 2.0000']);
		const [run, ...others] = await runs();
		expect(others).toEqual([]);
		expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 2, rejected: 0 } });
		expect(imbalances(run!)).toEqual([]);
	});

	it('takes pinned messages once, and says of those of an ended run what to do', async () => {
		const pin = async (pinData: object): Promise<WorkflowFile> => {
			// By its id: the messages of another workflow's run would not be taken.
			const workflow = { ...uploadWorkflow(tenantId), id: 'pinned-messages', settings: KEPT, pinData };
			await n8n.importWorkflows([workflow]);
			return workflow;
		};
		const first = await pin({ Rows: pinnedRows('PIN') });
		const messages = (await step(first, { node: 'Transform' })).items('Transform');
		expect(messages.map(({ type }) => type)).toEqual(['ROW', 'ROW', 'STATE']);
		const pinned = await pin({ Transform: messages.map((json) => ({ json })) });
		await step(pinned, { node: 'Upsert' });
		expect(await metrics('PIN')).toEqual(['PIN-ROW M 1.0000', 'PIN-STATE M 2.0000']);
		const again = await executeStep(session, pinned.id, { node: 'Upsert' });
		expect(again.status).toBe('error');
		expect(again.words).toMatch(
			/a run of an earlier execution that has ended \(succeeded\)\.? Execute the workflow/,
		);
		expect((await runs()).map(({ status }) => status)).toEqual(['succeeded']);
	});

	it('stores pinned items of Postgres Upsert as often as its step is executed, without a second row', async () => {
		const upload = uploadWorkflow(tenantId);
		const upsert = upload.nodes.find(({ name }) => name === 'Upsert')!;
		upsert.parameters = {
			...{ input: 'items', tenantFrom: 'node', tenantId: { __rl: true, mode: 'id', value: tenantId } },
			table: 'custom_metrics',
		};
		const items = [1, 2].map((metricValue) => ({
			...{ clientId: `OWN-${metricValue}`, clientName: 'Own', metricName: 'M', metricValue },
			recordDate: '2026-06-30T00:00:00Z',
		}));
		const workflow = await save({
			...upload,
			connections: { Rows: { main: [[{ node: 'Upsert', type: 'main', index: 0 }]] } },
			pinData: { Rows: items.map((json) => ({ json })) },
		});
		for (const inserted of [2, 0]) {
			await step(workflow, { node: 'Upsert' });
			const [run] = await runs();
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted, unchanged: 2 - inserted } });
			await stage.warehouse.admin.query('delete from etl.sync_runs');
			expect(await metrics('OWN')).toEqual(['OWN-1 M 1.0000', 'OWN-2 M 2.0000']);
		}
	});

	it('executes the bundled sync node by node', async () => {
		const harbour = await scenario.connect('Harbour Group', 'harbour');
		const workflow = bundledWorkflow(SYNC);
		let after: EndedExecution | undefined;
		for (const node of ['Claim Due', 'Extract', 'Transform & Normalize', 'Postgres Upsert', 'Finish'])
			after = await step(workflow, { node, after });
		expect((await runs()).map(({ status }) => status)).toEqual(['succeeded']);
		expect(await differences(stage.warehouse.admin, stage.sandbox, harbour)).toEqual([]);
	});

	it('retries a failed execution where it failed, with its run, and not once more', async () => {
		await stage.warehouse.admin.query("update integrations set status = 'DISABLED'");
		const southern = await scenario.connect('Southern Group', 'southern');
		const { type, data } = scenario.credentials.find(({ id }) => id === POSTGRES)!;
		const later = { name: 'Later', type, data: { ...data, port: 1 } };
		const { id } = await session.rest<{ id: string }>('POST', 'credentials', later);
		const sync = bundledWorkflow(SYNC);
		const upsert = sync.nodes.find(({ name }) => name === 'Postgres Upsert')!;
		upsert.credentials = { zixlyPostgresApi: { id, name: 'Later' } };
		const workflow = await save(sync);
		const failed = await executeStep(session, workflow.id, { node: 'Finish' });
		expect(failed.status).toBe('error');
		expect((await runs()).map(({ status }) => status)).toEqual(['running']);

		await session.rest('PATCH', `credentials/${id}`, { ...later, data });
		const retried = await retryExecution(session, failed.id);
		expectWithMessage(retried.status, retried.words).toBe('success');
		expect(retried.mode).toBe('retry');
		const [run, ...others] = await runs();
		expect(others).toEqual([]);
		expect(run).toMatchObject({ status: 'succeeded' });
		expect(imbalances(run!)).toEqual([]);
		expect(await differences(stage.warehouse.admin, stage.sandbox, southern)).toEqual([]);

		const again = await retryExecution(session, failed.id).catch((error: Error) => error);
		expect(again).toMatchObject({
			status: 'error',
			words: expect.stringMatching(/has ended \(succeeded\)\.? Execute the workflow from its start/),
		});
	});
});
