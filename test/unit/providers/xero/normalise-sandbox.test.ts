import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { getLastDay } from '../../../../nodes/shared/dates';
import type { RejectionReason } from '../../../../nodes/shared/messages';
import { startSandbox, type Sandbox } from '../../../sandbox';
import { monthsOf } from '../../../support/expect/financials';
import { normalised, rawMonth } from './months';

/** The sandbox computes its totals apart from its reports, and from our code. */
describe('every report of the sandbox', () => {
	let sandbox: Sandbox;
	const now = new Date();

	beforeAll(async () => {
		sandbox = await startSandbox({ now: () => now });
	});
	afterAll(async () => {
		await sandbox.close();
	});

	async function report(name: string, organisationId: string, token: string, month: string) {
		const address = new URL(`/api.xro/2.0/Reports/${name}`, sandbox.url);
		address.search = new URLSearchParams({
			fromDate: `${month}-01`,
			toDate: getLastDay(month),
			...(name === 'ProfitAndLoss' && { standardLayout: 'true' }),
		}).toString();
		const headers = { authorization: `Bearer ${token}`, 'xero-tenant-id': organisationId };
		const reply = await fetch(address, { headers: { ...headers, accept: 'application/json' } });
		expect(reply.status).toBe(200);
		return (await reply.json()) as Record<string, unknown>;
	}

	async function read(consent: string) {
		const { accessToken } = sandbox.xero.connect(consent);
		const wrong: string[] = [];
		const rejected: RejectionReason[] = [];
		let months = 0;
		for (const { id, name, timezone } of sandbox.xero.organisations(consent)) {
			for (const month of monthsOf(timezone, now)) {
				const [profitAndLoss, bankSummary] = await Promise.all([
					report('ProfitAndLoss', id, accessToken, month),
					report('BankSummary', id, accessToken, month),
				]);
				const record = { month, basis: 'accrual', profitAndLoss, bankSummary };
				const outcome = normalised(rawMonth(record, { id, name, timezone, currency: 'AUD' }));
				months++;
				if ('rejection' in outcome) {
					rejected.push(outcome.rejection);
					continue;
				}
				const { revenue, expenses, netProfit, cashFlow } = outcome.rows[0]!.row;
				const found = JSON.stringify({ revenue, expenses, netProfit, cashFlow });
				const totals = sandbox.xero.totals(id, month);
				const expected = JSON.stringify({
					revenue: totals.revenue,
					expenses: totals.expenses,
					netProfit: totals.netProfit,
					cashFlow: totals.cashFlow,
				});
				if (found !== expected) wrong.push(`${name} ${month}: ${found}, not ${expected}`);
			}
		}
		return { months, wrong, rejected };
	}

	it.each(['harbour', 'southern', 'kiwi'])(
		'each month of %s becomes a row equal to its totals',
		async (consent) => {
			const { months, wrong, rejected } = await read(consent);
			expect(wrong).toEqual([]);
			expect(rejected).toEqual([]);
			expect(months).toBeGreaterThanOrEqual(13);
		},
	);

	it('the odd organisation’s months are rejected where they do not add up or have an unknown section', async () => {
		const { months, wrong, rejected } = await read('odd');
		expect(wrong).toEqual([]);
		expect(months).toBe(13);
		expect(rejected.map(({ code }) => code).sort()).toEqual(['does_not_add_up', 'unknown_section']);
		expect(rejected.find(({ code }) => code === 'unknown_section')?.message).toContain('"APPROPRIATIONS"');
	});
});
