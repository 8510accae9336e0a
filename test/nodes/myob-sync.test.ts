import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { plusMonths } from '../../nodes/shared/months';
import { everyRow, financialsOf, imbalances, rowVersions, type Figures } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import { expectedFinancials } from '../support/expect/financials';
import { engineLog } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

describe('the bundled MYOB sync in n8n’s engine', () => {
	let stage: SyncStage;
	let bakehouse: Tenant;
	/** Of every execution, to be searched for secrets at the end. */
	const items: string[] = [];

	beforeAll(async () => {
		stage = await syncStage('myob', 'myob');
		bakehouse = await connect('Bakehouse', 'bakehouse');
		await connect('Joinery', 'joinery');
		await connect('Young', 'young');
	});

	afterAll(async () => {
		await stage?.close();
	});

	const connect = async (name: string, consent: string, metadata: Record<string, unknown> = {}) =>
		await stage.scenario.connect(name, consent, 'myob', metadata);

	async function sync(options?: Parameters<SyncStage['sync']>[0]) {
		const run = await stage.sync(options);
		items.push(JSON.stringify(run.runData));
		expect(run.error).toBeUndefined();
		expect([...run.runs.values()].flatMap(imbalances)).toEqual([]);
		return run;
	}

	async function expectEqualToSource(tenants: readonly Tenant[] = stage.scenario.tenants): Promise<void> {
		for (const tenant of tenants)
			expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
	}

	/** Switches off all that is connected, so that a sync is of what comes next alone. */
	async function goOnWithout(): Promise<void> {
		await stage.database.admin.query(`update integrations set status = 'DISABLED'`);
	}

	const rejections = async (tenant: Tenant): Promise<string[]> => {
		const { rows } = await stage.database.admin.query<{ line: string }>(
			`select record_id || ' ' || reason_code as line from etl.rejected_records
			where tenant_id = $1 and resolved_at is null order by record_id`,
			[tenant.id],
		);
		return rows.map(({ line }) => line);
	};

	const running = (timezone: string): string =>
		new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit' }).format();

	it('loads every month of three company files, none before their books begin, each as the sandbox says', async () => {
		const { runs, items: itemsOf } = await sync();
		expect(runs.get('Bakehouse')).toMatchObject({ status: 'succeeded', rows: { inserted: 13 } });
		expect(runs.get('Joinery')).toMatchObject({ status: 'succeeded', rows: { inserted: 13 } });
		expect(runs.get('Young')).toMatchObject({ status: 'succeeded', rows: { inserted: 4 } });
		await expectEqualToSource();
		expect(itemsOf('Finish')).toHaveLength(3);
	});

	it('asks with key and version, for one company file at a time, and never for the list of files', () => {
		const { requests } = stage.sandbox.myob;
		expect(requests.every(({ status }) => status === 200)).toBe(true);
		expect(requests.filter(({ path }) => path === '/accountright/')).toEqual([]);
		const reports = requests.filter(({ path }) => path.endsWith('/ProfitAndLossSummary'));
		expect(new Set(reports.map(({ query }) => query.YearEndAdjust))).toEqual(new Set(['false']));
		const months = ({ consent }: Tenant): number =>
			reports.filter((request) => request.consent === consent).length;
		// One more where it matters which year the register means, to find that out.
		expect(months(bakehouse)).toBe(14);
	});

	it('writes no row the second time', async () => {
		const before = await rowVersions(stage.database.admin);
		expect(before.size).toBe(3 + 13 + 13 + 4);
		const { runs } = await sync();
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 0, updated: 0 } });
			expect(run.rows.unchanged).toBeGreaterThan(0);
		}
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('rewrites exactly the rows whose months were booked to since, or whose invoices were deleted', async () => {
		const { id, timezone } = stage.sandbox.myob.file('bakehouse');
		stage.sandbox.myob.edit(id, running(timezone), { revenue: '100.01', cash: '-0.02' });
		stage.sandbox.myob.deleteIncome(id, plusMonths(running(timezone), -2));
		const { runs } = await sync();
		expect(runs.get('Bakehouse')?.rows).toMatchObject({ inserted: 0, updated: 2 });
		expect(runs.get('Joinery')?.rows).toMatchObject({ inserted: 0, updated: 0 });
		await expectEqualToSource();
	});

	it('finds what was booked into a month long closed with the first sync of a day', async () => {
		const { id, timezone } = stage.sandbox.myob.file('bakehouse');
		stage.sandbox.myob.edit(id, plusMonths(running(timezone), -11), { expenses: '12345.67' });
		await stage.database.admin.query(
			`update etl.stream_states set state = jsonb_set(state, '{fullReadAt}', '"2020-01-01T00:00:00.000Z"')`,
		);
		expect((await sync()).runs.get('Bakehouse')?.rows).toMatchObject({ inserted: 0, updated: 1 });
		await expectEqualToSource();
	});

	it('keeps odd names as they are, and rejects the month with an account of no known kind', async () => {
		await goOnWithout();
		const odd = await connect('Odd', 'odd');
		const { runs } = await sync();
		const { id, name, timezone } = stage.sandbox.myob.file('odd');
		expect(runs.get('Odd')).toMatchObject({ status: 'partial', records: { rejected: 1 } });
		const month = plusMonths(running(timezone), -2);
		expect(await rejections(odd)).toEqual([`${month} unknown_section`]);
		const { rows } = await stage.database.admin.query(
			'select client_id, client_name from client_kpis where tenant_id = $1',
			[odd.id],
		);
		expect(rows).toEqual([{ client_id: `myob:${id}`, client_name: name }]);
		expect(await differences(stage.database.admin, stage.sandbox, odd)).toEqual([
			expect.stringContaining(`${id}:${month}:accrual: no row`),
		]);
	});

	it('reads by what was paid where the connection is on the cash basis', async () => {
		await goOnWithout();
		const cash = await connect('Cash', 'joinery', { basis: 'cash' });
		await stage.database.admin.query('delete from etl.accounts where tenant_id <> $1', [cash.id]);
		expect((await sync()).runs.get('Cash')).toMatchObject({ status: 'succeeded', rows: { inserted: 13 } });
		const { id } = stage.sandbox.myob.file('joinery');
		const loaded = await financialsOf(stage.database.admin, cash);
		for (const [externalId, figures] of loaded) {
			const month = externalId.split(':')[2] ?? '';
			expect([externalId, figures]).toEqual([
				`pnl:${id}:${month}:cash`,
				stage.sandbox.myob.totals(id, month, 'cash'),
			]);
		}
	});

	it('rejects what has a sign of its own, and every month of a currency without rates', async () => {
		await goOnWithout();
		const debits = await connect('Debits', 'debits');
		const orchard = await connect('Orchard', 'orchard');
		const { runs } = await sync();
		expect(runs.get('Debits')).toMatchObject({ status: 'partial', records: { rejected: 13 } });
		expect(new Set((await rejections(debits)).map((line) => line.split(' ')[1]))).toEqual(
			new Set(['sign_differs']),
		);
		expect(await financialsOf(stage.database.admin, debits)).toEqual(new Map());
		expect(runs.get('Orchard')).toMatchObject({ status: 'partial', records: { rejected: 13 } });
		expect((await rejections(orchard)).every((line) => line.endsWith(' rate_missing'))).toBe(true);
	});

	it('converts a file of New Zealand by the rates of each month once they are there', async () => {
		await goOnWithout();
		const orchard = stage.scenario.tenants.find(({ name }) => name === 'Orchard')!;
		await stage.database.admin.query(`update integrations set status = 'ACTIVE' where id = $1`, [
			orchard.integrationId,
		]);
		await stage.database.admin.query(
			`insert into etl.exchange_rates (base, quote, rate_date, rate, source)
			select 'NZD', 'AUD', day::date, 0.92, 'own'
			from generate_series(current_date - 460, current_date, interval '1 day') as day`,
		);
		await stage.database.admin.query('delete from etl.stream_states');
		const { runs } = await sync();
		expect(runs.get('Orchard')).toMatchObject({ status: 'succeeded', rows: { inserted: 13 } });
		expect(await rejections(orchard)).toEqual([]);
		const wanted = expectedFinancials(stage.sandbox, orchard);
		expect(await financialsOf(stage.database.admin, orchard)).toEqual(
			new Map([...wanted].sort().map(([id, figures]) => [id, at92Percent(figures)])),
		);
		const { rows } = await stage.database.admin.query<{ currency: string; books: string; fx: string }>(
			`select distinct f.currency, f.metadata ->> 'booksCurrency' as books, f.metadata -> 'fx' ->> 'currency' as fx
			from financials f join client_kpis c on c.id = f.client_kpi_id where c.tenant_id = $1`,
			[orchard.id],
		);
		expect(rows).toEqual([{ currency: 'AUD', books: 'NZD', fx: 'NZD' }]);
	});

	it('leaves no planted secret in items, errors, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(stage.database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Start executing node', 'Bakehouse']) expect(heard).toContain(known);
		// The number of a bank account is nobody's business here.
		for (const secret of [...stage.scenario.secrets(), 'BankAccountNumber', '1234567'])
			expect(heard).not.toContain(secret);
	});
});

/** 92 cents for each dollar, each figure rounded half up to the cent. */
function at92Percent({ revenue, expenses, cashFlow }: Figures): Figures {
	const converted = [revenue, expenses, cashFlow].map((text) => {
		const hundredths = BigInt(text.replace('.', '')) * 92n;
		const size = hundredths < 0n ? -hundredths : hundredths;
		return ((size + 50n) / 100n) * (hundredths < 0n ? -1n : 1n);
	}) as [bigint, bigint, bigint];
	const [earned, spent, cash] = converted;
	const text = (cents: bigint): string => {
		const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
		return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
	};
	return {
		revenue: text(earned),
		expenses: text(spent),
		netProfit: text(earned - spent),
		cashFlow: text(cash),
	};
}
