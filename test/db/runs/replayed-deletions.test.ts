import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { upsert } from '../../../nodes/PostgresUpsert/upsert';
import { useDatabase } from '../../support/database/use-database';
import {
	closeRuns,
	loadTarget,
	rejected,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';
import { dealRows, funnelOf } from '../../support/database/leads';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	target = await loadTarget(database, 'Harbour', 'hubspot');
});

const at = (hour: number): string => new Date(Date.UTC(2026, 5, 1, hour)).toISOString();
const place = { stream: 'deals', accountId: 'portal' };

/** A deletion that was rejected at load, kept as a run keeps it. */
async function rejectDeletion(deletion: object): Promise<void> {
	const record = { rows: [{ ...deletion }] };
	await target.load([], { rejected: [rejected('1', { ...place, stage: 'load', record })] });
	await closeRuns(database, target.integrationId);
}

async function replay(): Promise<IDataObject[]> {
	const context = nodeContext({
		database: database.settings,
		items: [{}],
		parameters: { choose: 'filters' },
	});
	const items = (await integrationsOperations['rejectedRecord:replay']!(context)).map(({ json }) => json);
	const [loaded] = await upsert(nodeContext({ database: database.settings, items }));
	const messages = (loaded as INodeExecutionData[]).map(({ json }) => json);
	await integrationsOperations['sync:finish']!(
		nodeContext({ database: database.settings, items: messages, parameters: {} }),
	);
	return items;
}

const rejections = async () => await rejectionsOf(database, target.tenantId);

describe('a deletion that was rejected at load', () => {
	const deal = { lead: '1', version: at(5), stages: ['A', 'B'] };
	const gone = { table: 'lead_events', leadId: '1', deletedAt: at(9) };

	it('is carried out by a replay, and resolved', async () => {
		await target.load(dealRows(deal));
		await target.nextRun();
		await rejectDeletion(gone);
		expect(await replay()).toMatchObject([
			{ type: 'DELETED', ...place, recordId: '1', ...gone },
			{ type: 'STATE', counts: { extracted: 1, normalised: 1, rows: { produced: 1 } } },
		]);
		expect(await funnelOf(database, target.tenantId)).toEqual([
			'portal 1 A passed -',
			'portal 1 B deleted 100.00',
		]);
		expect(await rejections()).toMatchObject([{ resolved: true }]);
	});

	it('is resolved without a change where the deal was restored since', async () => {
		await target.load(dealRows({ ...deal, version: at(10) }));
		await target.nextRun();
		await rejectDeletion(gone);
		await replay();
		expect(await funnelOf(database, target.tenantId)).toContain('portal 1 B active 100.00');
		expect(await rejections()).toMatchObject([{ resolved: true }]);
	});

	it('stays rejected, counted once more, where it is still no good', async () => {
		await rejectDeletion({ ...gone, deletedAt: 'never' });
		await replay();
		expect(await rejections()).toMatchObject([
			{ resolved: false, attempts: 2, payload: { rows: [{ deletedAt: 'never' }] } },
		]);
	});

	it('a metric’s deletion moves the row to the remaining day, with its value', async () => {
		const client = { externalId: 'portal', clientName: 'Portal', industry: null };
		const metric = { table: 'custom_metrics', client, metricName: 'project_delivery_days' };
		const origin = { stream: 'projects', accountId: 'portal', recordId: '1' };
		const row = { metricName: metric.metricName, metricValue: '5', recordDate: '2026-06-03', metadata: {} };
		await target.load([{ ...origin, table: 'custom_metrics', client, row }]);
		await target.nextRun();
		const kept = {
			keptDate: '2026-06-01T00:00:00.000Z',
			keptValue: '3.0000',
			keptMetadata: { project: 'A' },
		};
		await rejectDeletion({ ...metric, ...kept });
		expect((await replay())[0]).toMatchObject({ type: 'DELETED', ...metric, ...kept });
		const { rows } = await database.admin.query(
			"select record_date::date::text as day, metric_value::text as value, metadata ->> 'project' as project from custom_metrics",
		);
		expect(rows).toEqual([{ day: '2026-06-01', value: '3.0000', project: 'A' }]);
	});

	it('a metric’s deletion keeps the remaining day', async () => {
		const client = { externalId: 'portal', clientName: null, industry: null };
		const metric = { table: 'custom_metrics', client, metricName: 'project_delivery_days', keptDate: null };
		await rejectDeletion(metric);
		expect((await replay())[0]).toMatchObject({ type: 'DELETED', ...metric });
		expect(await rejections()).toMatchObject([{ resolved: true }]);
	});
});

describe('a rejected record that later gives no row', () => {
	it('is resolved by the run that read it', async () => {
		const records = ['1', '2'].map((id) => rejected(id, place));
		await target.load([], { rejected: records });
		await target.nextRun();
		const state = { ...place, state: null, counts: {}, rowsArrived: 0, withoutRows: ['1'] };
		await target.load([], { states: [state] });
		expect(await rejections()).toMatchObject([
			{ recordId: '1', resolved: true },
			{ recordId: '2', resolved: false },
		]);
	});
});
