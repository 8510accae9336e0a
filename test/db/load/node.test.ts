import { beforeEach, describe, expect, it } from '@jest/globals';

import { PostgresUpsert } from '../../../nodes/PostgresUpsert/PostgresUpsert.node';
import { useDatabase } from '../../support/database/use-database';
import {
	closeRuns,
	countsOf,
	days,
	financialsOf,
	loadTarget,
	month,
	rejected,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';
import { nodeContext, type NodeInput } from '../../support/n8n/node-context';
import { openRun } from '../../../db/runs/open';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

type Json = Record<string, unknown>;

async function run(items: object[], more: Partial<NodeInput> = {}) {
	const context = nodeContext({ database: database.settings, items, ...more });
	const outputs = await new PostgresUpsert().execute.call(context);
	const [messages, refused, summaries] = outputs.map((output) => output.map(({ json }) => json as Json)) as [
		Json[],
		Json[],
		Json[],
	];
	const origins = outputs[0]!.map(({ pairedItem }) => (pairedItem as { item: number }).item);
	return { messages, refused, summaries, origins, hints: context.hints, reads: context.reads };
}

const envelope = (of: LoadTarget, accountId = 'org-1') => ({
	tenantId: of.tenantId,
	integrationId: of.integrationId,
	syncRunId: of.syncRunId,
	provider: 'xero',
	stream: 'monthlyFinancials',
	accountId,
});
const rows = (of: LoadTarget, list = days(3)) =>
	list.map((row) => ({ type: 'ROW', ...envelope(of), ...row }));
const state = (of: LoadTarget, counts: object = {}, accountId?: string) => ({
	type: 'STATE',
	...envelope(of, accountId),
	state: { at: '2026-07-01' },
	hasMore: false,
	counts,
});
const failure = (of: LoadTarget) => ({
	type: 'FAILURE',
	...envelope(of, 'org-9'),
	failure: { class: 'rate_limited', message: 'Wait.' },
});

const runsOf = async (tenantId: string) =>
	(
		await database.admin.query(
			'select provider, status, integration_id, execution_id, error from etl.sync_runs where tenant_id = $1 and integration_id is null',
			[tenantId],
		)
	).rows as Json[];

describe('messages of a sync', () => {
	it('come out in order: states with their counts and what is not known as it is; the summary has an output of its own', async () => {
		const counts = { extracted: 4, normalised: 3, rejected: 1, rows: { produced: 5, deduplicated: 1 } };
		const items = [
			...rows(target, days(4)),
			{ type: 'REJECTED', ...envelope(target), ...rejected('2026-06') },
			state(target, counts),
			{ type: 'NEWER', ...envelope(target) },
			failure(target),
			state(target, { extracted: 0 }, 'org-2'),
		];
		const { messages, refused, summaries, origins } = await run(items);
		const outcomes = { inserted: 4, updated: 0, unchanged: 0, superseded: 0, rejected: 0 };
		expect(messages).toEqual([
			{ ...items[5], counts: { ...counts, rows: { ...outcomes, produced: 5, deduplicated: 1 } } },
			items[6],
			items[7],
			{
				...items[8],
				counts: {
					extracted: 0,
					rows: { ...outcomes, inserted: 0, produced: 0, deduplicated: 0 },
				},
			},
		]);
		expect(summaries).toEqual([
			{
				type: 'SUMMARY',
				tenantId: target.tenantId,
				syncRunId: target.syncRunId,
				table: 'financials',
				...outcomes,
				produced: 4,
				deduplicated: 0,
			},
		]);
		expect(origins).toEqual([5, 6, 7, 8]);
		expect(refused).toEqual([]);
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ recordId: '2026-06' }]);
		expect(await countsOf(database, target.syncRunId)).toEqual({
			monthlyFinancials: {
				records: { extracted: 4, normalised: 3, rejected: 1 },
				rows: { ...outcomes, produced: 5, deduplicated: 1 },
			},
		});
	});

	it('count the same over many small chunks as in one', async () => {
		const counts = { extracted: 20, normalised: 20, rows: { produced: 20 } };
		const items = [...rows(target, days(20)), state(target, counts), ...rows(target, days(5))];
		const { messages, summaries } = await run(items, { parameters: { options: { chunkSize: 3 } } });
		expect(messages).toMatchObject([{ type: 'STATE', counts: { rows: { produced: 20 } } }]);
		expect(summaries).toMatchObject([{ type: 'SUMMARY', produced: 25, inserted: 20, unchanged: 5 }]);
		expect(await countsOf(database, target.syncRunId)).toMatchObject({
			monthlyFinancials: { records: { extracted: 20 }, rows: { produced: 25, inserted: 20, unchanged: 5 } },
		});
	});

	it('copies of rejected records that were wired in as well are one record', async () => {
		const bad = { type: 'REJECTED', ...envelope(target), ...rejected('2026-06') };
		await run([bad, state(target), bad]);
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ attempts: 1 }]);
	});

	it('a good copy after a rejected one in the same execution resolves it; the other way round it stays open', async () => {
		const bad = { type: 'REJECTED', ...envelope(target), ...rejected('2001-01-01') };
		const [good] = rows(target, days(1));
		await run([bad, good!]);
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ resolved: true }]);
		await run([good!, bad]);
		expect((await rejectionsOf(database, target.tenantId)).map(({ resolved }) => resolved).sort()).toEqual([
			false,
			true,
		]);
	});

	it('copies what the database rejects to the second output', async () => {
		const bad = {
			type: 'ROW',
			...envelope(target),
			...month('2026-06-30', '1.00', { row: { netProfit: '9' } }),
		};
		const { messages, summaries, refused, hints } = await run([...rows(target), bad]);
		expect(messages).toEqual([]);
		expect(summaries).toMatchObject([{ type: 'SUMMARY', inserted: 3, rejected: 1 }]);
		expect(refused).toMatchObject([
			{ type: 'REJECTED', stage: 'load', recordId: '2026-06', reason: { code: 'check_violation' } },
		]);
		expect(hints).toEqual([expect.stringContaining('1 item was rejected')]);
	});

	it('ends the messages of a lost run in a FAILURE while other tenants go on', async () => {
		const other = await loadTarget(database, 'Southern Tools');
		await closeRuns(database, target.integrationId);
		const items = [...rows(target), state(target), ...rows(other), state(other)];
		const { messages, summaries } = await run(items, { parameters: { options: { chunkSize: 2 } } });
		expect(messages).toMatchObject([
			{ type: 'FAILURE', tenantId: target.tenantId, stream: '', failure: { class: 'run_lost' } },
			{ type: 'STATE', tenantId: other.tenantId },
		]);
		expect(summaries).toMatchObject([{ type: 'SUMMARY', tenantId: other.tenantId, inserted: 3 }]);
		expect(await financialsOf(database, target.tenantId)).toEqual([]);
		expect(await financialsOf(database, other.tenantId)).toHaveLength(3);
	});

	it('stores messages with a forged tenant, connection or provider under those of their run', async () => {
		const victim = await loadTarget(database, 'Southern Tools');
		const { tenantId, integrationId } = victim;
		const forged = rows(target).map((row) => ({ ...row, tenantId, integrationId, provider: 'myob' }));
		const closing = { ...state(target), tenantId, integrationId };
		const { messages, summaries } = await run([...forged, closing]);
		expect(messages).toMatchObject([
			{ type: 'STATE', tenantId: target.tenantId, integrationId: target.integrationId },
		]);
		expect(summaries).toMatchObject([{ type: 'SUMMARY', tenantId: target.tenantId, inserted: 3 }]);
		expect(await financialsOf(database, victim.tenantId)).toEqual([]);
		expect(await financialsOf(database, target.tenantId)).toHaveLength(3);
	});

	it('stores nothing after a raw record that was not normalised, least of all the state', async () => {
		const record = { type: 'RECORD', ...envelope(target), recordId: '1', record: {} };
		const { messages } = await run([record, state(target)]);
		expect(messages).toMatchObject([{ type: 'FAILURE', failure: { class: 'configuration' } }]);
		const { rows: states } = await database.admin.query(
			'select from etl.stream_states where tenant_id = $1',
			[target.tenantId],
		);
		expect(states).toEqual([]);
	});

	it('come out as rows with their outcomes on request', async () => {
		const { messages } = await run(rows(target), { parameters: { options: { returnRows: true } } });
		expect(messages).toMatchObject([
			{ type: 'ROW', recordId: '2001-01-01', outcome: 'inserted' },
			{ outcome: 'inserted' },
			{ outcome: 'inserted' },
		]);
	});

	it('keeps messages of the wrong shape with a reason', async () => {
		const odd = [
			{ type: 'ROW', ...envelope(target), recordId: 'a' },
			{ type: 'ROW', ...envelope(target), recordId: 'b', table: ['financials'], row: 1, client: 2 },
			{ type: 'ROW', ...envelope(target), provider: 7, stream: null, accountId: {}, recordId: 'c' },
			{ type: 'REJECTED', ...envelope(target), recordId: 'd' },
		];
		const { refused } = await run([...odd, ...rows(target)]);
		expect(refused.map(({ recordId }) => recordId)).toEqual(['a', 'b', 'c']);
		expect((await rejectionsOf(database, target.tenantId)).map(({ recordId }) => recordId)).toEqual([
			'a',
			'b',
			'c',
			'd',
		]);
		expect(await financialsOf(database, target.tenantId)).toHaveLength(3);
	});

	it('stops at messages without a run with one error that says what to do, or rejects them when the node continues', async () => {
		const items = [...rows(target), { type: 'ROW', recordId: 'x' }, { type: 'ROW', recordId: 'y' }];
		await expect(run(items)).rejects.toMatchObject({
			message: 'Item 3 is not a message of a run',
			description: expect.stringContaining('set Input to Items'),
		});
		expect(await financialsOf(database, target.tenantId)).toEqual([]);
		const { summaries, refused } = await run(items, { continueOnFail: true });
		expect(summaries).toMatchObject([{ type: 'SUMMARY', inserted: 3 }]);
		expect(refused).toMatchObject([{ reason: { code: 'not_our_run' } }, { recordId: 'y' }]);
	});
});

describe('items of a user’s own', () => {
	const item = (more: object = {}) => ({
		client_id: 'acme',
		client_name: 'Acme',
		record_date: '2026-06-30',
		revenue: 10.5,
		expenses: '0.5',
		netProfit: '10',
		cash_flow: '',
		...more,
	});
	const parameters = () => ({
		input: 'items',
		tenantId: target.tenantId,
		table: 'financials',
		clientIdField: 'client_id',
		clientNameField: 'client_name',
		sourceSystem: 'manual',
	});

	it('are rows by the names of their fields, in a run of their own', async () => {
		const { messages, refused } = await run([item({ cash_flow: 3 }), item()], { parameters: parameters() });
		expect(messages).toMatchObject([{ type: 'SUMMARY', table: 'financials', inserted: 1, rejected: 1 }]);
		expect(refused).toMatchObject([{ recordId: 'acme|2026-06-30|manual', reason: { path: 'cashFlow' } }]);
		expect(await financialsOf(database, target.tenantId)).toMatchObject([
			{ client: 'acme', day: '2026-06-30', revenue: '10.50', source: 'manual' },
		]);
		expect(await runsOf(target.tenantId)).toMatchObject([
			{ provider: 'manual', status: 'partial', execution_id: 'instance-1:execution-1', error: null },
		]);
	});

	it('corrected items resolve their rejections and are unchanged the third time', async () => {
		await run([item()], { parameters: parameters() });
		const good = item({ cash_flow: 3 });
		expect((await run([good], { parameters: parameters() })).messages).toMatchObject([{ inserted: 1 }]);
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ resolved: true }]);
		expect((await run([good], { parameters: parameters() })).messages).toMatchObject([{ unchanged: 1 }]);
	});

	it('rejects items with a field that no column takes, unless it is to be left out', async () => {
		const noted = item({ cash_flow: 1, Notes: 'x', tenantId: target.tenantId });
		const { refused } = await run([noted], { parameters: parameters() });
		expect(refused).toMatchObject([{ reason: { code: 'unknown_column', path: 'Notes' } }]);
		const options = { ignoreUnknownFields: true };
		expect((await run([noted], { parameters: { ...parameters(), options } })).messages).toMatchObject([
			{ inserted: 1 },
		]);
		const twice = item({ cash_flow: 1, recordDate: '2026-05-31' });
		const again = await run([twice], { parameters: { ...parameters(), options } });
		expect(again.refused).toMatchObject([{ reason: { code: 'unknown_column' } }]);
	});

	it.each([
		['clientId', 'clientName'],
		['client_id', 'client_name'],
	])('name their client by %s and %s, however the node spells them', async (idField, nameField) => {
		const { client_id, client_name, ...rest } = item({ cash_flow: 1 });
		const items = [{ ...rest, [idField]: client_id, [nameField]: client_name }];
		for (const [clientIdField, clientNameField] of [
			['clientId', 'clientName'],
			['client_id', 'client_name'],
		]) {
			const fields = { ...parameters(), clientIdField, clientNameField };
			const { messages } = await run(items, { parameters: fields });
			expect(messages).toMatchObject([{ rejected: 0, produced: 1 }]);
		}
		const { rows: clients } = await database.admin.query(
			'select client_id, client_name from client_kpis where tenant_id = $1',
			[target.tenantId],
		);
		expect(clients).toEqual([{ client_id: 'acme', client_name: 'Acme' }]);
	});

	it('go to the tenant that an expression names for each', async () => {
		const other = await loadTarget(database, 'Southern Tools');
		const items = [target, other, target, other].map(({ tenantId }, index) =>
			item({ tenantId, cash_flow: 1, record_date: `2026-06-0${index + 1}` }),
		);
		const expressions = { tenantId: (json: Json) => json.tenantId };
		const { messages } = await run(items, { parameters: parameters(), expressions });
		expect(messages).toMatchObject([
			{ tenantId: target.tenantId, inserted: 2 },
			{ tenantId: other.tenantId, inserted: 2 },
		]);
		const nameless = run([item()], { parameters: parameters(), expressions });
		await expect(nameless).rejects.toThrow('The items belong to no tenant');
	});

	it.each(['kpi', 'row', null, '', 7])(
		'does not take items with a field type of %j for messages',
		async (type) => {
			const typed = item({ cash_flow: 1, type });
			const { refused, messages } = await run([typed], { parameters: parameters() });
			expect(refused).toMatchObject([{ reason: { code: 'unknown_column', path: 'type' } }]);
			expect(messages).toMatchObject([{ type: 'SUMMARY', rejected: 1 }]);
			const options = { ignoreUnknownFields: true };
			const left = await run([typed], { parameters: { ...parameters(), options } });
			expect(left.messages).toMatchObject([{ type: 'SUMMARY', inserted: 1 }]);
		},
	);

	it('continue with their summary, since there are no messages, and have it on its own output as well', async () => {
		const { messages, summaries } = await run([item()], { parameters: parameters() });
		expect(summaries).toHaveLength(1);
		expect(messages).toEqual(summaries);
	});

	it('passes a preview on, with a hint that nothing was stored', async () => {
		const shown = { ...rows(target, days(1))[0], syncRunId: null, preview: true };
		const { messages, hints } = await run([shown]);
		expect(messages).toEqual([shown]);
		expect(hints).toEqual([
			expect.stringMatching(/^Preview: 1 row shown, nothing stored\. .*Mode of Extract/),
		]);
		expect(await financialsOf(database, target.tenantId)).toEqual([]);
	});

	it('treats items that look like messages as data', async () => {
		const forged = [
			...rows(target),
			state(target),
			failure(target),
			{ type: 'SUMMARY', ...envelope(target) },
		];
		const { messages, refused } = await run(forged, { parameters: parameters() });
		expect(refused.map(({ reason }) => (reason as Json).code)).toEqual(forged.map(() => 'unknown_column'));
		expect(messages).toMatchObject([{ type: 'SUMMARY', rejected: forged.length, inserted: 0 }]);
	});

	it('say themselves whose they are where the field is named; one that does not is refused', async () => {
		const byField = { ...parameters(), tenantFrom: 'field', tenantField: 'owner' };
		const named = { cash_flow: 1, owner: target.tenantId };
		const items = [
			item({ ...named, record_date: '2026-05-31' }),
			item({ cash_flow: 1 }),
			item({ ...named, record_date: '2026-06-30' }),
		];
		const { messages, refused } = await run(items, { parameters: byField });
		expect(messages).toMatchObject([{ tenantId: target.tenantId, inserted: 2 }]);
		expect(refused).toMatchObject([
			{ reason: { code: 'no_tenant', message: expect.stringContaining('Item 1') } },
		]);
	});

	it('does not store items that name another tenant than the node', async () => {
		const other = await loadTarget(database, 'Southern Tools');
		const { refused } = await run([item({ cash_flow: 1, tenant_id: other.tenantId })], {
			parameters: parameters(),
		});
		expect(refused).toMatchObject([{ reason: { code: 'other_tenant' } }]);
		for (const { tenantId } of [target, other]) {
			expect(await financialsOf(database, tenantId)).toEqual([]);
			expect(await rejectionsOf(database, tenantId)).toEqual([]);
		}
	});

	it('rejects items of another source, because they would replace what was read from it', async () => {
		const { refused } = await run([item({ cash_flow: 1, source_system: 'xero' })], {
			parameters: parameters(),
		});
		expect(refused).toMatchObject([{ reason: { code: 'other_source', path: 'sourceSystem' } }]);
	});

	it('stops at items without a tenant, or with an unknown one, with what to do', async () => {
		await expect(run([item()], { parameters: { ...parameters(), tenantId: '' } })).rejects.toMatchObject({
			message: 'The items belong to no tenant',
			description: expect.stringContaining('Choose one in Tenant'),
		});
		const nobody = { ...parameters(), tenantId: 'nobody' };
		await expect(run([item()], { parameters: nobody })).rejects.toMatchObject({
			message: 'The tenant of item 0 does not exist',
		});
		const { messages } = await run([item()], { parameters: nobody, continueOnFail: true });
		expect(messages).toMatchObject([{ type: 'FAILURE', syncRunId: null }]);
	});

	it('closes the other runs when one cannot be closed, and says so', async () => {
		const other = await loadTarget(database, 'Southern Tools');
		await database.admin.query(`
			create function etl.refuse() returns trigger language plpgsql as $$
				begin raise exception 'The run cannot be closed.'; end $$;
			create trigger refuse before update of status on etl.sync_runs
				for each row when (new.tenant_id = '${target.tenantId}') execute function etl.refuse()`);
		try {
			const items = [target, other].map(({ tenantId }) => item({ tenantId, cash_flow: 1 }));
			const byField = { ...parameters(), tenantFrom: 'field', tenantField: 'tenantId' };
			await expect(run(items, { parameters: byField })).rejects.toThrow('cannot be closed');
			expect(await runsOf(target.tenantId)).toMatchObject([{ status: 'running' }]);
			expect(await runsOf(other.tenantId)).toMatchObject([{ status: 'succeeded' }]);
		} finally {
			await database.admin.query('drop function etl.refuse cascade');
		}
	});

	it('leaves no run open when an item stops the node', async () => {
		const expressions = {
			sourceSystem: (json: Json) => {
				if (json.broken) throw new Error('The expression cannot be read.');
				return 'manual';
			},
		};
		const items = [item({ cash_flow: 1 }), item({ broken: true })];
		await expect(run(items, { parameters: parameters(), expressions })).rejects.toThrow('cannot be read');
		expect(await runsOf(target.tenantId)).toMatchObject([{ status: 'failed', error: { class: 'internal' } }]);
	});

	it('takes the fields of every other table', async () => {
		const metric = { clientId: 7, metric_name: 'nps', metricValue: 41, record_date: '2026-06-30' };
		const event = {
			clientId: 7,
			event_date: '2026-06-30T10:00:00Z',
			lead_id: 3,
			stage: 'New',
			status: 'active',
		};
		const common = { ...parameters(), clientIdField: 'clientId', clientNameField: 'clientName' };
		const metrics = await run([metric], { parameters: { ...common, table: 'custom_metrics' } });
		expect(metrics.messages).toMatchObject([{ table: 'custom_metrics', inserted: 1 }]);
		const events = await run([{ ...event, external_id: 'e1' }, event], {
			parameters: { ...common, table: 'lead_events' },
		});
		expect(events.messages).toMatchObject([{ table: 'lead_events', inserted: 1, rejected: 1 }]);
	});

	it('reads thousands of items with a handful of parameter reads', async () => {
		const items = Array.from({ length: 2_000 }, (_, index) =>
			item({ client_id: `client-${index}`, cash_flow: 1 }),
		);
		const { reads, messages } = await run(items, { parameters: parameters() });
		expect(messages).toMatchObject([{ inserted: 2_000 }]);
		expect(reads).toBeLessThan(20);
	});
});

describe('messages of a run that Transform & Normalize opened', () => {
	const opened = async () => {
		const run = { tenantId: target.tenantId, provider: 'xero' };
		const syncRunId = await openRun(database.pool, run, holder());
		const of = { ...target, syncRunId, integrationId: null as unknown as string };
		return [...rows(of), { ...state(of), state: null, endsRun: true }];
	};

	it('close it once the last has come, where no Finish follows', async () => {
		const items = await opened();
		expect((await run(items.slice(0, 2))).summaries).toMatchObject([{ type: 'SUMMARY', inserted: 2 }]);
		expect(await runsOf(target.tenantId)).toMatchObject([{ status: 'running' }]);
		await run(items.slice(2));
		expect(await runsOf(target.tenantId)).toMatchObject([{ provider: 'xero', status: 'succeeded' }]);
	});

	it('leave it to the Finish that follows', async () => {
		await run(await opened(), { finishFollows: true });
		expect(await runsOf(target.tenantId)).toMatchObject([{ status: 'running' }]);
	});
});
