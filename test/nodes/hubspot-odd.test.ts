import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { imbalances, type BookedRun } from '../support/database/stored';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { runWorkflow } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

describe('odd deals of HubSpot in n8n’s engine', () => {
	let stage: SyncStage;
	let odd: Tenant;
	let run: BookedRun;

	beforeAll(async () => {
		stage = await syncStage('hubspot-odd', 'hubspot');
		odd = await stage.scenario.connect('Odd Group', 'odd', 'hubspot');
		const { runs, error } = await stage.sync();
		expect(error).toBeUndefined();
		run = runs.get(odd.name)!;
	});

	afterAll(async () => {
		await stage?.close();
	});

	const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
		(await stage.database.admin.query<Row & Record<string, unknown>>(text, values)).rows;

	it('are each in the tables or among the rejected, with the reason', async () => {
		const { rejected } = stage.sandbox.hubspot.oddities;
		expect(run).toMatchObject({ status: 'partial', records: { extracted: 40, rejected: rejected.size } });
		expect(imbalances(run)).toEqual([]);
		const reasons = await query<{ id: string; code: string }>(
			'select record_id as id, reason_code as code from etl.rejected_records where resolved_at is null',
		);
		const found = reasons.map(({ id, code }): [number, string] => [Number(id), code]);
		expect(new Map(found)).toEqual(rejected);
		const leads = await query('select distinct lead_id from lead_events');
		expect(leads).toHaveLength(40 - rejected.size);
	});

	it('keep names of deals and stages as they are, however naughty', async () => {
		for (const [id, name] of stage.sandbox.hubspot.oddities.names) {
			const rows = await query<{ name: string }>(
				`select metadata ->> 'dealName' as name from lead_events where lead_id = $1 and status <> 'passed'`,
				[String(id)],
			);
			expect(rows.map((row) => row.name === name)).toEqual([true]);
		}
		const stages = await query<{ stage: string }>('select distinct stage from lead_events');
		const labels = stages.map((row) => row.stage);
		for (const stageId of ['qualifiedtobuy', 'contractsent']) {
			const { label } = stage.sandbox.hubspot
				.portal('odd')
				.pipelines[0]!.stages.find(({ id }) => id === stageId)!;
			expect(labels).toContain(label);
		}
	});

	it('are taken once the operator’s map names their stage', async () => {
		const [id] = [...stage.sandbox.hubspot.oddities.rejected].find(([, code]) => code === 'status_unknown')!;
		stage.sandbox.hubspot.books('odd').edit(id, { cents: 100 });
		await sync('company', { stages: [{ stage: 'GONE', means: 'lost' }] });
		const rows = await query<{ status: string }>(
			`select status from lead_events where lead_id = $1 and status <> 'passed'`,
			[String(id)],
		);
		expect(rows).toEqual([{ status: 'lost' }]);
		const open = await query(
			'select from etl.rejected_records where record_id = $1 and resolved_at is null',
			[String(id)],
		);
		expect(open).toEqual([]);
	});

	/** The bundled workflow with other options of Transform & Normalize. */
	async function sync(clientPer: 'account' | 'company', stageMap: INodeParameters = {}): Promise<void> {
		const workflow = structuredClone(bundledWorkflow('zixly-sync-hubspot')) as WorkflowFile;
		const transform = workflow.nodes.find(({ name }) => name === 'Transform & Normalize')!;
		transform.parameters = { ...transform.parameters, options: { clientPer, stageMap } };
		const { error } = await runWorkflow(workflow, { credentials: stage.scenario.credentials });
		expect(error).toBeUndefined();
	}
});
