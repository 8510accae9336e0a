import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { integrationById } from '../../../db/integrations/integrations';
import { openReplay } from '../../../db/runs/replay';
import { finishRun } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { upsert } from '../../../nodes/PostgresUpsert/upsert';
import { imbalances } from '../../../nodes/shared/counts';
import type { StateMessage } from '../../../nodes/shared/messages';
import { useDatabase } from '../../support/database/use-database';
import { loadTarget, month, rejected, rejectionsOf } from '../../support/database/loading';
import { nodeContext } from '../../support/n8n/node-context';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

async function operate(operation: string, parameters: Record<string, unknown>, items: object[] = [{}]) {
	const context = nodeContext({ database: database.settings, items, parameters });
	const silent = { info: () => undefined, warn: () => undefined };
	const output = await integrationsOperations[operation]!(
		Object.assign(context, { logger: silent as never }),
	);
	return { items: jsonOf(output), hints: context.hints };
}

const jsonOf = (items: INodeExecutionData[]): IDataObject[] => items.map(({ json }) => json);
const list = async (parameters: Record<string, unknown>) =>
	(await operate('rejectedRecord:getAll', parameters)).items;

describe('Rejected Record: Get Many', () => {
	it('shows what fits the filters, newest first, with the payload only where it is asked for', async () => {
		const harbour = await loadTarget(database, 'Harbour');
		await harbour.load([], { rejected: [rejected('2026-01'), rejected('2026-02', { stage: 'load' })] });
		const southern = await loadTarget(database, 'Southern');
		const reason = { code: 'rate_missing', path: '', message: 'None.', detail: { from: 'NZD' } };
		const other = { reason, stream: 'deals' };
		await southern.load([], { rejected: [rejected('2026-03', other)] });
		await database.admin.query(
			"update etl.rejected_records set last_seen_at = now() - interval '2 days' where record_id = '2026-01'",
		);
		await database.admin.query(
			"update etl.rejected_records set resolved_at = now() where record_id = '2026-02'",
		);
		const ids = async (filters: object, show = 'all') =>
			(await list({ filters, show })).map(({ recordId }) => recordId);
		expect(await ids({}, 'open')).toEqual(['2026-03', '2026-01']);
		expect(await ids({}, 'resolved')).toEqual(['2026-02']);
		expect(await ids({ tenantId: harbour.tenantId })).toEqual(['2026-02', '2026-01']);
		expect(await ids({ reasonCode: 'rate_missing' })).toEqual(['2026-03']);
		expect(await ids({ stream: 'deals' })).toEqual(['2026-03']);
		expect(await ids({ stage: 'load' })).toEqual(['2026-02']);
		expect(await ids({ provider: 'hubspot' })).toEqual([]);
		const yesterday = new Date(Date.now() - 86_400_000).toISOString();
		expect((await ids({ since: yesterday })).toSorted()).toEqual(['2026-02', '2026-03']);
		await expect(ids({ since: 'soon' })).rejects.toThrow(/Since "soon" is not a date/);
		const [shown] = await list({ filters: { stream: 'deals' }, includePayload: true });
		expect(shown).toEqual({
			id: expect.any(String),
			tenantId: southern.tenantId,
			tenantName: 'Southern',
			integrationId: southern.integrationId,
			syncRunId: southern.syncRunId,
			provider: 'xero',
			stream: 'deals',
			accountId: 'org-1',
			recordId: '2026-03',
			stage: 'transform',
			reasonCode: 'rate_missing',
			reasonPath: '',
			reasonMessage: 'None.',
			reasonDetail: { from: 'NZD' },
			firstSeenAt: expect.stringMatching(/Z$/),
			lastSeenAt: expect.stringMatching(/Z$/),
			attempts: 1,
			askAgainAt: null,
			resolvedAt: null,
			payload: { month: '2026-03' },
		});
		expect(await list({ limit: 1 })).toEqual([expect.not.objectContaining({ payload: expect.anything() })]);
	});
});

describe('Rejected Record: Replay', () => {
	it('takes the ones that are named, and says where none is', async () => {
		const { load, tenantId } = await loadTarget(database);
		await load([], { rejected: [rejected('2026-01'), rejected('2026-02')] });
		await database.admin.query(
			"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null",
		);
		await database.admin.query(
			`insert into etl.accounts (integration_id, tenant_id, provider, account_id, name, timezone, currency)
			select id, tenant_id, 'xero', 'org-1', 'Bakery', 'Australia/Perth', 'AUD' from integrations`,
		);
		const [one] = await list({ filters: { tenantId } });
		const { items } = await operate('rejectedRecord:replay', {
			choose: 'ids',
			rejectedRecordIds: ` ${one!.id}, unknown `,
		});
		const envelope = { tenantId, provider: 'xero', stream: 'monthlyFinancials', accountId: 'org-1' };
		expect(items).toMatchObject([
			{
				...envelope,
				type: 'RECORD',
				syncRunId: expect.stringMatching(/^c/),
				recordId: one!.recordId,
				account: { id: 'org-1', name: 'Bakery', timezone: 'Australia/Perth', currency: 'AUD' },
				fetchedAt: one!.lastSeenAt,
				record: { month: one!.recordId },
			},
			{ ...envelope, type: 'STATE', state: null, hasMore: false, counts: { extracted: 1, normalised: 0 } },
		]);
		await expect(
			operate('rejectedRecord:replay', { choose: 'ids', rejectedRecordIds: ' , ' }),
		).rejects.toThrow(/No record is chosen/);
	});

	it('leaves out what it cannot complete, and says why', async () => {
		const { load } = await loadTarget(database);
		await load([], { rejected: [rejected('2026-01')] });
		await database.admin.query(
			"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null",
		);
		const { items, hints } = await operate('rejectedRecord:replay', { choose: 'filters' });
		expect(items).toMatchObject([{ type: 'STATE', counts: { extracted: 0 } }]);
		expect(hints).toEqual([
			expect.stringMatching(/1 records were left out, because their account is no longer connected/),
		]);
	});

	it('gives one of two that come at once the run, and the other the word that it is going on', async () => {
		const { load, tenantId, integrationId } = await loadTarget(database);
		await load([], { rejected: [rejected('2026-01')] });
		await database.admin.query(
			"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null",
		);
		const ids = (await list({})).map(({ id }) => String(id));
		const group = { tenantId, integrationId, provider: 'xero', ids };
		const both = await Promise.all(
			[1, 2].map(async () => await openReplay(database.pool, group, holder('execution-1'))),
		);
		expect(both.filter((replay) => 'syncRunId' in replay)).toHaveLength(1);
		expect(both.filter((replay) => 'runningSince' in replay)).toHaveLength(1);
	});

	it('leaves when the connection is due, and when it was synced, as they were', async () => {
		const { load, tenantId, syncRunId, integrationId } = await loadTarget(database);
		await load([month('2026-01-31', '1.00', { row: { netProfit: '5.00' } })]);
		const retryAt = new Date(Date.now() + 1_800_000).toISOString();
		await finishRun(database.pool, { tenantId, syncRunId, status: 'partial', retryAt });
		const before = await integrationById(database.pool, integrationId);
		const { items } = await operate('rejectedRecord:replay', { choose: 'filters' });
		const [loaded] = await upsert(nodeContext({ database: database.settings, items }));
		const { items: finished } = await operate('sync:finish', {}, jsonOf(loaded!));
		expect(finished).toMatchObject([{ status: 'partial', retryAt }]);
		const after = await integrationById(database.pool, integrationId);
		expect([after.lastSyncAt, after.retryAt]).toEqual([before.lastSyncAt, before.retryAt]);
		expect(after.lastRunStatus).toBe('partial');
	});

	it('brings rows of an upload back that the database refused, by a run of their own', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Uploader' });
		const parameters = {
			input: 'items',
			table: 'custom_metrics',
			clientIdField: 'clientId',
			clientNameField: 'clientName',
			sourceSystem: 'manual',
		};
		const metric = (value: number) => ({
			clientId: 'c-1',
			clientName: 'Client',
			metricName: 'visits',
			metricValue: value,
			recordDate: `2026-06-0${value}`,
		});
		await database.admin.query('alter table custom_metrics add constraint made_up check (metric_value <> 2)');
		await upsert(
			nodeContext({
				database: database.settings,
				items: [metric(1), metric(2)],
				parameters: { ...parameters, tenantId },
			}),
		);
		expect(await rejectionsOf(database, tenantId)).toMatchObject([{ resolved: false, stage: 'load' }]);
		await database.admin.query('alter table custom_metrics drop constraint made_up');

		const replayed = await operate('rejectedRecord:replay', {
			choose: 'filters',
			filters: { provider: 'manual' },
		});
		expect(replayed.items.map(({ type }) => type)).toEqual(['ROW', 'STATE']);
		const [loaded] = await upsert(nodeContext({ database: database.settings, items: replayed.items }));
		const state = jsonOf(loaded!).find(({ type }) => type === 'STATE') as unknown as StateMessage;
		expect(state.counts).toMatchObject({ extracted: 1, normalised: 1, rows: { produced: 1, inserted: 1 } });
		const { items: finished } = await operate('sync:finish', {}, jsonOf(loaded!));
		expect(finished).toMatchObject([{ status: 'succeeded', provider: 'manual', integrationId: null }]);
		const counts = finished[0]!.counts as Record<string, Parameters<typeof imbalances>[1]>;
		expect(Object.entries(counts).flatMap(([stream, one]) => imbalances(stream, one))).toEqual([]);
		expect(await rejectionsOf(database, tenantId)).toMatchObject([{ resolved: true }]);
		const { rows } = await database.admin.query(
			'select metric_value::int as value from custom_metrics order by 1',
		);
		expect(rows).toEqual([{ value: 1 }, { value: 2 }]);
	});
});
