import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { get, monthsBack, readReport } from './reading';

const NOW = new Date('2026-11-18T03:00:00Z');
let sandbox: Sandbox;

async function restart(options: SandboxOptions = {}): Promise<void> {
	await sandbox?.close();
	sandbox = await startSandbox({ now: () => NOW, ...options });
}

beforeEach(() => restart());
afterEach(() => sandbox.close());

describe('figures', () => {
	it.each(['harbour', 'southern', 'kiwi', 'noreports', 'large'])(
		'give the totals computed apart on both bases, read by hand: %s',
		async (consent) => {
			const { accessToken } = sandbox.xero.connect(consent);
			sandbox.xero.setLimits({ minute: 1_000 });
			const organisations = sandbox.xero.organisations(consent).filter((one) => !one.reportsForbidden);
			for (const { id } of organisations.slice(0, 4)) {
				for (const month of monthsBack('2026-11', 13)) {
					for (const basis of ['accrual', 'cash'] as const) {
						const read = await readReport(sandbox.url, accessToken, id, month, basis);
						expect({ id, month, ...read }).toEqual({
							id,
							month,
							...sandbox.xero.totals(id, month, basis),
						});
					}
				}
			}
		},
	);

	it('hold losses, cents, millions, months of nothing and a cash basis of their own', () => {
		const totals = (consent: string, index: number) => {
			const organisation = sandbox.xero.organisations(consent)[index];
			return monthsBack('2026-11', 13).map((month) => sandbox.xero.totals(organisation?.id ?? '', month));
		};
		const nothing = { revenue: '0.00', expenses: '0.00', netProfit: '0.00', cashFlow: '0.00' };
		expect(totals('southern', 0).filter((month) => month.revenue === '0.00')).toEqual([nothing, nothing]);
		expect(totals('southern', 0)).toContainEqual({
			...nothing,
			revenue: '0.01',
			netProfit: '0.01',
			cashFlow: '0.01',
		});
		expect(totals('harbour', 1).some((month) => Number(month.revenue) > 1_000_000)).toBe(true);
		expect(totals('harbour', 1).filter((month) => Number(month.netProfit) < 0).length).toBeGreaterThan(1);
		const { id = '' } = sandbox.xero.organisations('harbour')[0] ?? {};
		expect(sandbox.xero.totals(id, '2026-09', 'cash')).not.toEqual(sandbox.xero.totals(id, '2026-09'));
	});

	it('are the same for a seed, others for another seed, and grow only with the time', async () => {
		const { id = '' } = sandbox.xero.organisations('harbour')[0] ?? {};
		const [closed, running] = [sandbox.xero.totals(id, '2026-08'), sandbox.xero.totals(id, '2026-11')];
		sandbox.clock.shift(30 * 86_400);
		expect(sandbox.xero.totals(id, '2026-11')).not.toEqual(running);
		expect(sandbox.xero.totals(id, '2026-08')).toEqual(closed);
		expect(sandbox.xero.totals(id, '2026-12').revenue).not.toBe('0.00');
		await restart();
		expect(sandbox.xero.totals(id, '2026-11')).toEqual(running);
		await restart({ seed: 'another' });
		expect(sandbox.xero.organisations('harbour')[0]?.id).not.toBe(id);
	});

	it('change by an edit, in the report as in the totals', async () => {
		const { accessToken } = sandbox.xero.connect('harbour');
		const { id = '' } = sandbox.xero.organisations('harbour')[0] ?? {};
		const before = sandbox.xero.totals(id, '2026-03');
		sandbox.xero.edit(id, '2026-03', { revenue: '1000.01', expenses: '-0.99', cash: '-5' });
		const after = sandbox.xero.totals(id, '2026-03');
		const change = (key: keyof typeof after) => Math.round((Number(after[key]) - Number(before[key])) * 100);
		expect([change('revenue'), change('expenses'), change('cashFlow')]).toEqual([100_001, -99, -500]);
		expect(await readReport(sandbox.url, accessToken, id, '2026-03', 'accrual')).toEqual(after);
	});
});

describe('reports', () => {
	const profitAndLoss = async (
		consent: string,
		index: number,
		month: string,
		extra = '&standardLayout=true',
	) => {
		const { accessToken } = sandbox.xero.connect(consent);
		const { id = '' } = sandbox.xero.organisations(consent)[index] ?? {};
		const days = `fromDate=${month}-01&toDate=${month}-28`;
		const path = `/api.xro/2.0/Reports/ProfitAndLoss?${days}${extra}`;
		return (await get(sandbox.url, path, accessToken, id)).body;
	};

	it('come in the layouts of the sheet', async () => {
		const harbour = await profitAndLoss('harbour', 0, '2026-09');
		expect(harbour).toContain('"Trading Income"');
		expect(harbour).toContain('"Total Trading Income"');
		expect(await profitAndLoss('harbour', 1, '2026-10')).toMatch(/"Net Loss"},{"Value":"-\d+\.\d\d"/);
		const southern = await profitAndLoss('southern', 0, '2026-08');
		expect(southern).toContain('"Title":" Revenue"');
		expect(southern).toContain('"Rows":[]');
		const engineering = await profitAndLoss('southern', 1, '2026-09');
		expect(engineering).toMatch(/"Value":"\d,\d{3},\d{3}\.\d\d"/);
		expect(engineering).toContain('"FXGROUPID"');
		expect(engineering).toMatch(/,{"Attributes":/);
		expect(await profitAndLoss('odd', 0, '2026-10')).toContain('"NET PROFIT"');
	});

	it('show refunds as negative costs', async () => {
		const months = ['2026-10', '2026-09', '2026-08', '2026-07', '2026-06'];
		const bodies = await Promise.all(months.map((month) => profitAndLoss('harbour', 0, month)));
		const refund = /"Value":"Repairs and Maintenance","Attributes":\[[^\]]*\]},{"Value":"-/;
		expect(bodies.some((body) => refund.test(body))).toBe(true);
	});

	it("carry the user's own labels unless the standard layout is asked for", async () => {
		expect(await profitAndLoss('harbour', 0, '2026-09', '')).toContain('"What we took"');
	});

	it('the odd organisation has one report that does not add up and one with an unknown section', async () => {
		const { accessToken } = sandbox.xero.connect('odd');
		const { id = '' } = sandbox.xero.organisations('odd')[0] ?? {};
		const read = await readReport(sandbox.url, accessToken, id, '2026-09', 'accrual');
		const totals = sandbox.xero.totals(id, '2026-09');
		expect(Number(read.netProfit) - Number(totals.netProfit)).toBeCloseTo(1, 6);
		expect(await profitAndLoss('odd', 0, '2026-07')).toContain('"APPROPRIATIONS"');
		expect(await profitAndLoss('odd', 0, '2026-08')).not.toContain('"APPROPRIATIONS"');
	});

	it('the bank summaries add up, with a card in debt and transfers on both sides', async () => {
		const { accessToken } = sandbox.xero.connect('harbour');
		const { id = '' } = sandbox.xero.organisations('harbour')[0] ?? {};
		const path = '/api.xro/2.0/Reports/BankSummary?fromDate=2026-09-01&toDate=2026-09-30';
		const { body } = await get(sandbox.url, path, accessToken, id);
		const next = await get(sandbox.url, path.replaceAll('2026-09', '2026-10'), accessToken, id);
		const rows = (text: string) =>
			JSON.parse(text).Reports[0].Rows[1].Rows as Array<{ Cells: Array<{ Value: string }> }>;
		expect(rows(body).map(({ Cells }) => Cells[0]?.Value)).toContain('Company Credit Card');
		for (const [index, { Cells }] of rows(body).entries()) {
			const [opening, received, spent, closing] = Cells.slice(1).map(({ Value }) => Number(Value));
			expect((opening ?? 0) + (received ?? 0) - (spent ?? 0)).toBeCloseTo(closing ?? NaN, 6);
			expect(rows(next.body)[index]?.Cells[1]?.Value).toBe(Cells[4]?.Value);
		}
		expect(rows(body).some(({ Cells }) => Number(Cells[4]?.Value) < 0)).toBe(true);
	});

	it('are XML where JSON is not asked for', async () => {
		const { accessToken } = sandbox.xero.connect('harbour');
		const { id = '' } = sandbox.xero.organisations('harbour')[0] ?? {};
		const reply = await get(sandbox.url, '/api.xro/2.0/Organisation', accessToken, id, { accept: '*/*' });
		expect(reply.body).toMatch(/^<Response>/);
	});
});

describe('access', () => {
	it('refuses a missing, unknown or unconnected organisation, reports for those without the role, and missing scopes', async () => {
		const { accessToken } = sandbox.xero.connect('harbour');
		const [kiwi, closed] = [
			sandbox.xero.organisations('kiwi')[0],
			sandbox.xero.organisations('noreports')[1],
		];
		const path = '/api.xro/2.0/Organisation';
		for (const id of ['', 'no-such-organisation', kiwi?.id ?? '']) {
			const reply = await get(sandbox.url, path, accessToken, id);
			expect([reply.status, JSON.parse(reply.body).detail]).toEqual([403, 'AuthenticationUnsuccessful']);
		}
		const second = sandbox.xero.connect('noreports').accessToken;
		expect((await get(sandbox.url, path, second, closed?.id)).status).toBe(200);
		expect((await get(sandbox.url, '/api.xro/2.0/Reports/BankSummary', second, closed?.id)).status).toBe(403);
		const narrow = sandbox.xero.connect('kiwi', { scopes: ['offline_access'] }).accessToken;
		const unscoped = await get(sandbox.url, path, narrow, kiwi?.id);
		expect([unscoped.status, JSON.parse(unscoped.body).Detail]).toEqual([401, 'AuthorizationUnsuccessful']);
	});

	it('lists the connections of the person, or of one authentication, with seven digits and no zone', async () => {
		const tokens = sandbox.xero.connect('harbour');
		sandbox.xero.connect('southern');
		const claims = JSON.parse(Buffer.from(tokens.accessToken.split('.')[1] ?? '', 'base64url').toString());
		const list = async (query: string) =>
			JSON.parse((await get(sandbox.url, `/connections${query}`, tokens.accessToken)).body) as Array<
				Record<string, string>
			>;
		expect(await list('')).toHaveLength(4);
		const own = await list(`?authEventId=${claims.authentication_event_id}`);
		expect(own.map(({ tenantName }) => tenantName)).toEqual(
			sandbox.xero.organisations('harbour').map(({ name }) => name),
		);
		expect(own[0]?.createdDateUtc).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}$/);
	});
});
