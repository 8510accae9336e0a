import { beforeAll, describe, expect, it } from '@jest/globals';

import { readInTenant } from '../../../db/readers/kpi-request';
import { listMetrics } from '../../../db/readers/metric-series';
import { databaseEmptyHints } from '../../../nodes/Database/empty-hints';
import { databaseOperations, databaseReading } from '../../../nodes/Database/operations';
import { runChosen } from '../../../nodes/adapter/operations';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();

const THIS_MONTH = new Date().toISOString().slice(0, 7);

/** `mine` has the clients `a` and `b`, `theirs` the client `x` with figures of its own in all of the same periods. */
beforeAll(async () => {
	const { admin } = database;
	await admin.query(
		"insert into tenants (id, name) values ('mine', 'Mine'), ('theirs', 'Theirs'), ('empty', 'Empty')",
	);
	await admin.query(
		`insert into client_kpis (id, tenant_id, client_id, client_name) values
			('a', 'mine', 'xero:1', 'Harbour'), ('b', 'mine', 'xero:2', 'Southern'), ('x', 'theirs', 'xero:9', 'Theirs')`,
	);
	for (const [client, day, revenue, expenses, cash, currency, source, metadata] of FINANCIALS) {
		await admin.query(
			`insert into financials (id, client_kpi_id, record_date, revenue, expenses, net_profit, cash_flow, currency,
				source_system, metadata)
			values (gen_random_uuid()::text, $1, $2, $3, $4, $3::numeric - $4::numeric, $5, $6, $7, $8)`,
			[client, day, revenue, expenses, cash, currency, source, metadata],
		);
	}
	for (const [client, lead, at, stage, status, value, metadata] of ENTRIES) {
		await admin.query(
			`insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, value, status, source_system,
				external_id, metadata)
			values (gen_random_uuid()::text, $1, $3, $2, $4, $6, $5, 'hubspot', gen_random_uuid()::text, $7)`,
			[client, lead, at, stage, status, value, { pipeline: 'Sales', ...(metadata as object) }],
		);
	}
	for (const [client, metric, at, value, unit] of METRICS) {
		await admin.query(
			`insert into custom_metrics (id, client_kpi_id, metric_name, metric_value, unit, record_date, source_system)
			values (gen_random_uuid()::text, $1, $2, $4, $5, $3, 'asana')`,
			[client, metric, at, value, unit],
		);
	}
});

type Cell = string | number | object | null;

const FINANCIALS: Cell[][] = [
	// The cents of these need exact decimals: 0.1 + 0.2 in binary is no 0.30.
	['a', '2025-12-31', '100.10', '40.00', '10.10', 'AUD', 'xero', {}],
	['a', '2026-01-31', '110.10', '40.00', '0.10', 'AUD', 'xero', {}],
	['b', '2026-01-31', '0.20', '0.00', '0.20', 'AUD', 'xero', {}],
	// February is missing.
	['a', '2026-03-31', '200.00', '250.00', '-5.00', 'AUD', 'xero', {}],
	['a', '2026-04-30', '0.00', '0.00', '0.00', 'AUD', 'xero', {}],
	['a', '2026-05-31', '50.00', '10.00', '0.00', 'AUD', 'manual', { partial: true }],
	['b', '2026-01-31', '77.00', '7.00', '1.00', 'NZD', 'manual', {}],
	['x', '2026-01-31', '999999.00', '1.00', '1.00', 'AUD', 'xero', {}],
];

const ENTRIES: Cell[][] = [
	// Won by New, Qualified, Won.
	['a', '1', '2026-01-05T10:00Z', 'New', 'passed', null, {}],
	['a', '1', '2026-01-20T10:00Z', 'Qualified', 'passed', null, {}],
	['a', '1', '2026-02-02T10:00Z', 'Won', 'won', '1000.10', { fx: { reportingCurrency: 'AUD' } }],
	// In New, Qualified and in New again: counted once there.
	['a', '2', '2026-01-06T10:00Z', 'New', 'passed', null, {}],
	['a', '2', '2026-01-07T10:00Z', 'Qualified', 'passed', null, {}],
	['a', '2', '2026-01-08T10:00Z', 'New', 'active', '5.20', {}],
	// Lost from New, by a stage of that name: no conversion.
	['a', '3', '2026-01-09T10:00Z', 'New', 'passed', null, {}],
	['a', '3', '2026-01-10T10:00Z', 'Lost', 'lost', '7.00', {}],
	['b', '3', '2026-01-11T10:00Z', 'New', 'stale', '0.30', {}],
	['b', '4', '2026-01-12T10:00Z', 'New', 'deleted', '400.00', {}],
	// Before the range: what January is compared with.
	['a', '5', '2025-12-31T23:59:59Z', 'New', 'active', '1.00', {}],
	['x', '1', '2026-01-05T10:00Z', 'New', 'active', '9999.00', {}],
	// One value that was converted, and one that was not.
	['a', '6', '2026-03-02T10:00Z', 'New', 'active', '2.00', { fx: { reportingCurrency: 'AUD' } }],
	['a', '7', '2026-03-03T10:00Z', 'New', 'active', '3.00', {}],
];

const METRICS: Cell[][] = [
	['a', 'throughput', '2026-01-01T00:00Z', '2', 'tasks'],
	['a', 'throughput', '2026-01-02T00:00Z', '0', 'tasks'],
	['b', 'throughput', '2026-01-02T00:00Z', '3', 'tasks'],
	['a', 'throughput', '2026-03-31T23:59Z', '1', 'tasks'],
	['a', 'open_tasks', '2026-01-01T00:00Z', '10', 'tasks'],
	['a', 'open_tasks', '2026-01-31T00:00Z', '8', 'tasks'],
	['b', 'open_tasks', '2026-01-30T00:00Z', '5', 'tasks'],
	['a', 'on_time_rate', '2026-01-01T00:00Z', '50.0001', 'percent'],
	['b', 'on_time_rate', '2026-01-02T00:00Z', '100', 'percent'],
	['a', 'visits', '2026-01-01T00:00Z', '4', null],
	['a', 'visits', '2026-01-02T00:00Z', '7', null],
	['a', 'visits', '2026-01-03T00:00Z', '1.5', 'km'],
	['x', 'throughput', '2026-01-01T00:00Z', '1000', 'tasks'],
	['x', 'secret_metric', '2026-01-01T00:00Z', '1', 'tasks'],
];

async function ask(operation: string, parameters: Record<string, unknown> = {}) {
	const range = { from: '2026-01-01', to: '2026-05-31' };
	const given = { resource: 'kpi', operation, tenantId: 'mine', ...range, simplify: true, ...parameters };
	const context = nodeContext({ database: database.settings, items: [{}], parameters: given });
	const output = await runChosen(context, databaseOperations, databaseEmptyHints, databaseReading);
	return { rows: output.map(({ json }) => json), hints: context.hints };
}

async function failureOf(operation: string, parameters: Record<string, unknown>): Promise<string> {
	const error = await ask(operation, parameters).catch((cause: unknown) => cause);
	const { message, description } = error as { message: string; description?: string };
	return `${message}. ${description ?? ''}`;
}

describe('KPI: Get Financials', () => {
	const financials = async (parameters: Record<string, unknown> = {}) =>
		(await ask('getFinancials', { simplify: false, ...parameters })).rows;

	it('adds up to the cent, compares with the month before, and never takes a gap for zero', async () => {
		const rows = (await financials()).filter(({ currency }) => currency === 'AUD');
		expect(rows.map((row) => [row.periodStart, row.revenue, row.revenuePrevious, row.revenueChange])).toEqual(
			[
				['2026-01-01', '110.30', '100.10', '10.20'],
				['2026-02-01', null, '110.30', null],
				['2026-03-01', '200.00', null, null],
				['2026-04-01', '0.00', '200.00', '-200.00'],
				['2026-05-01', '50.00', '0.00', '50.00'],
			],
		);
		expect(rows.map((row) => row.revenueChangePercent)).toEqual(['10.19', null, null, '-100.00', null]);
		// From a loss of 50 to 0: an improvement.
		expect(rows.map((row) => row.netProfitChangePercent)).toEqual(['16.97', null, null, '100.00', null]);
		expect(rows.map(({ clients, months }) => [clients, months])).toEqual([
			[2, 1],
			[0, 0],
			[1, 1],
			[1, 1],
			[1, 1],
		]);
		expect(rows.map(({ partial }) => partial)).toEqual([false, false, false, false, true]);
		expect(rows[0]).toMatchObject({ periodEnd: '2026-01-31', cashFlow: '0.30', sources: ['xero'] });
	});

	it('keeps currencies apart', async () => {
		const rows = await financials({ to: '2026-01-31' });
		expect(rows.map(({ currency, revenue }) => [currency, revenue])).toEqual([
			['AUD', '110.30'],
			['NZD', '77.00'],
		]);
	});

	it('shows the figures of each client, or of one, by either of its IDs', async () => {
		const split = await financials({ to: '2026-01-31', options: { splitByClient: true } });
		expect(split.map(({ clientName, currency, revenue }) => [clientName, currency, revenue])).toEqual([
			['Harbour', 'AUD', '110.10'],
			['Southern', 'AUD', '0.20'],
			['Southern', 'NZD', '77.00'],
		]);
		for (const clientKpiId of ['b', 'xero:2']) {
			const rows = await financials({ clientKpiId });
			expect(rows.map(({ currency, revenue }) => [currency, revenue])).toEqual([
				['AUD', '0.20'],
				['NZD', '77.00'],
			]);
		}
	});

	it('widens the range to whole quarters and years, and says how many months have figures', async () => {
		const quarters = await financials({
			groupBy: 'quarter',
			from: '2026-02-15',
			to: '2026-03-01',
			clientKpiId: 'a',
		});
		expect(quarters).toMatchObject([
			{
				...{
					periodStart: '2026-01-01',
					periodEnd: '2026-03-31',
					revenue: '310.10',
					revenuePrevious: '100.10',
				},
				...{ months: 2, partial: false },
			},
		]);
		const years = await financials({ groupBy: 'year', from: '2026-05', to: '2026-05', clientKpiId: 'a' });
		expect(years).toMatchObject([{ revenue: '360.10', months: 4 }]);
	});

	it('marks the running month as partial, whatever its rows say', async () => {
		await database.admin.query(
			`insert into financials (id, client_kpi_id, record_date, revenue, expenses, net_profit, cash_flow)
			values ('now', 'b', (date_trunc('month', now() at time zone 'UTC') + interval '1 month - 1 day')::date, 1, 0, 1, 0)`,
		);
		const rows = await financials({ from: THIS_MONTH, to: THIS_MONTH });
		await database.admin.query("delete from financials where id = 'now'");
		expect(rows).toMatchObject([{ revenue: '1.00', partial: true, sources: [] }]);
	});

	it('is short by default', async () => {
		const { rows } = await ask('getFinancials', { to: '2026-01-31', clientKpiId: 'a' });
		expect(rows).toEqual([
			{
				...{ periodStart: '2026-01-01', periodEnd: '2026-01-31', currency: 'AUD', revenue: '110.10' },
				...{ expenses: '40.00', netProfit: '70.10', netProfitChangePercent: '16.64', cashFlow: '0.10' },
				partial: false,
			},
		]);
	});

	it('shows the newest where there are more than the limit, and says so', async () => {
		const { rows, hints } = await ask('getFinancials', { clientKpiId: 'a', limit: 2 });
		expect(rows.map(({ periodStart }) => periodStart)).toEqual(['2026-04-01', '2026-05-01']);
		expect(hints).toEqual(['Only the newest 2 rows are shown. Raise Limit, or choose a shorter range.']);
	});

	it('says that nothing is stored', async () => {
		for (const parameters of [{ tenantId: 'empty' }, { from: '2020-01-01', to: '2020-12-31' }]) {
			const { rows, hints } = await ask('getFinancials', parameters);
			expect(rows).toEqual([]);
			expect(hints).toEqual(['There are no figures in this range. Nothing stored is not the same as zero.']);
		}
	});
});

describe('KPI: Get Funnel', () => {
	const january = { from: '2026-01-01', to: '2026-01-31' };
	const funnel = async (parameters: Record<string, unknown> = {}) =>
		(await ask('getFunnel', { ...january, ...parameters })).rows;

	it('counts each lead once in each stage, in the order of the stages', async () => {
		const rows = await funnel();
		expect(
			rows.map(({ stage, leads, converted, conversionPercent }) => [
				stage,
				leads,
				converted,
				conversionPercent,
			]),
		).toEqual([
			// 1 and 2 went on to Qualified, 3 of a was lost, 3 of b is stale, 4 is deleted.
			['New', 4, 2, '50.00'],
			['Qualified', 2, 1, '50.00'],
			['Lost', 1, 0, '0.00'],
		]);
		expect(rows[0]).toMatchObject({
			...{ periodStart: '2026-01-01', periodEnd: '2026-01-31', pipeline: 'Sales', partial: false },
			...{ active: 1, stale: 1, won: 1, lost: 1, deleted: 1 },
			...{ leadsPrevious: 1, leadsChange: 3, leadsChangePercent: '300.00' },
			// Of 2 and of 3 of b, which are there now; without the deleted one.
			...{ value: '5.50', currency: 'AUD' },
		});
	});

	it('has each deal’s money once over all stages and periods', async () => {
		const rows = await funnel({ to: '2026-02-28', options: { reportingCurrency: 'nzd' } });
		expect(rows.map(({ stage, value, currency }) => [stage, value, currency])).toEqual([
			['New', '5.50', 'NZD'],
			['Qualified', null, null],
			['Lost', '7.00', 'NZD'],
			['Won', '1000.10', 'AUD'],
		]);
		expect(rows.at(-1)).toMatchObject({ leadsPrevious: null, leadsChange: null, leadsChangePercent: null });
	});

	it.each([
		['aud', '5.00', 'AUD'],
		['nzd', null, 'AUD, NZD'],
	])('adds up values of one currency only: those not converted are in %s', async (own, value, currency) => {
		const rows = await funnel({ from: '2026-03-01', to: '2026-03-31', options: { reportingCurrency: own } });
		expect(rows).toMatchObject([{ stage: 'New', leads: 2, value, currency }]);
	});

	it('groups by day and week of UTC, and of one client', async () => {
		const days = await funnel({ groupBy: 'day', to: '2026-01-06' });
		expect(days.map(({ periodStart, leads }) => [periodStart, leads])).toEqual([
			['2026-01-05', 1],
			['2026-01-06', 1],
		]);
		const weeks = await funnel({ groupBy: 'week', clientKpiId: 'b' });
		expect(weeks).toMatchObject([
			{ periodStart: '2026-01-05', periodEnd: '2026-01-11', stage: 'New', leads: 1 },
			{ leads: 0, deleted: 1, conversionPercent: null },
		]);
	});
});

describe('KPI: Get Metric Series', () => {
	const series = async (metric: string, parameters: Record<string, unknown> = {}) =>
		await ask('getMetricSeries', { metric, ...parameters });

	it.each([
		[
			'throughput',
			'sum',
			[
				['5.0000', 3, 2],
				[null, 0, 0],
				['1.0000', 1, 1],
			],
		],
		['open_tasks', 'latest', [['13.0000', 3, 2]]],
		['on_time_rate', 'average', [['75.0001', 2, 2]]],
	])('aggregates %s as its kind demands: %s', async (metric, aggregation, expected) => {
		const { rows, hints } = await series(metric);
		expect(rows.map(({ value, points, clients }) => [value, points, clients])).toEqual(expected);
		expect(rows[0]).toMatchObject({ metric, aggregation, periodStart: '2026-01-01', partial: false });
		expect(hints).toEqual([]);
	});

	it('averages a percentage where the latest is asked for', async () => {
		const { rows } = await series('on_time_rate', { aggregation: 'latest' });
		expect(rows).toMatchObject([{ value: '75.0001', unit: 'percent' }]);
	});

	it('averages what it does not know, says so, and never mixes units', async () => {
		const { rows, hints } = await series('visits');
		expect(rows.map(({ unit, value, aggregation }) => [unit, value, aggregation])).toEqual([
			['km', '1.5000', 'average'],
			[null, '5.5000', 'average'],
		]);
		expect(hints).toEqual([expect.stringMatching(/"visits" add up, so they were averaged\. Choose Sum/)]);
		const sum = await series('visits', { aggregation: 'sum' });
		expect(sum.rows[1]).toMatchObject({ value: '11.0000' });
		expect(sum.hints).toEqual([]);
	});

	it('compares days, with a gap between them, and says of one client', async () => {
		const { rows } = await series('throughput', { groupBy: 'day', to: '2026-01-31', clientKpiId: 'a' });
		expect(rows.map((row) => [row.periodStart, row.value, row.valueChange, row.valueChangePercent])).toEqual([
			['2026-01-01', '2.0000', null, null],
			['2026-01-02', '0.0000', '-2.0000', '-100.00'],
		]);
	});

	it('names the metrics that there are, and no other tenant’s', async () => {
		expect(await failureOf('getMetricSeries', { metric: 'secret_metric' })).toMatch(
			/^This tenant has no metric "secret_metric"\. Its metrics: on_time_rate, open_tasks, throughput, visits/,
		);
		expect(await failureOf('getMetricSeries', { metric: 'visits', clientKpiId: 'b' })).toMatch(
			/^This client has no metric "visits"\. Its metrics: on_time_rate, open_tasks, throughput\./,
		);
		expect(await failureOf('getMetricSeries', { tenantId: 'empty', metric: 'x' })).toMatch(/no metrics yet/);
		const found = await listMetrics(database.pool, { tenantId: 'mine', search: 'TASK', limit: 10 });
		expect(found).toEqual(['open_tasks']);
		expect(await failureOf('getMetricSeries', { metric: ' ' })).toMatch(/No metric is chosen/);
	});
});

describe.each(['getFinancials', 'getFunnel', 'getMetricSeries'])('KPI: %s', (operation) => {
	it.each<[what: string, parameters: Record<string, unknown>, words: RegExp]>([
		['no tenant', { tenantId: '' }, /No tenant is chosen/],
		['a tenant that is not there', { tenantId: 'nobody' }, /There is no tenant "nobody"/],
		['a client that is not there', { clientKpiId: 'nobody' }, /This tenant has no client "nobody"/],
		['another tenant’s client', { clientKpiId: 'x' }, /This tenant has no client "x"/],
		[
			'To before From',
			{ from: '2026-06-01', to: '2026-01-01' },
			/To \(2026-01-01\) is before From \(2026-06-01\)/,
		],
		['a day that is none', { from: '2026-02-30' }, /From "2026-02-30" is not a day/],
		['words for a day', { to: "'; drop table financials; --" }, /To "'; drop.+ is not a day/],
		['a period that is none', { groupBy: 'decade' }, /Group By "decade" is unknown\. Use/],
		['a period that every object has', { groupBy: 'constructor' }, /Group By "constructor" is unknown/],
		['a range of a thousand years', { from: '1026-01-01', groupBy: 'month' }, /At most 400 are read at once/],
	])('says what is wrong with %s', async (_what, parameters, words) => {
		expect(await failureOf(operation, { metric: 'throughput', ...parameters })).toMatch(words);
	});

	it.each(['many', -1])('takes a limit of %j as the least', async (limit) => {
		expect((await ask(operation, { metric: 'throughput', limit })).rows).toHaveLength(1);
	});

	it('takes the editor’s date with a time, and shows the last 12 months where none is given', async () => {
		const dated = { from: '2026-01-01T00:00:00', to: '2026-01-31T00:00:00.000+10:00', metric: 'throughput' };
		expect((await ask(operation, dated)).rows.length).toBeGreaterThan(0);
		const { hints, rows } = await ask(operation, { from: '', to: '', metric: 'throughput' });
		const years = new Set(rows.map(({ periodStart }) => String(periodStart).slice(0, 4)));
		expect(years.size).toBeLessThanOrEqual(2);
		expect(hints.filter((hint) => hint.startsWith('Only'))).toEqual([]);
	});
});

it('reading figures cannot write anything', async () => {
	const written = readInTenant(database.pool, 'mine', (client) =>
		client.query("update integrations set status = 'DISABLED'"),
	);
	await expect(written).rejects.toThrow(/read-only transaction/);
});
