import { DateTime } from 'luxon';
import type { Pool } from 'pg';

import type { Sandbox } from '../../sandbox';
import { financialsOf, type Figures } from '../database/stored';
import { mapDifferences } from './map-differences';
import type { Tenant } from '../n8n/scenario';

/** The months that a first sync reads: the running one, in the organisation's own time zone, and the 12 before. */
export function monthsOf(timezone: string, now: Date): string[] {
	const running = DateTime.fromJSDate(now, { zone: timezone });
	return Array.from({ length: 13 }, (_, ago) => running.minus({ months: ago }).toFormat('yyyy-MM'));
}

/** What `financials` must hold of a tenant, by `external_id`, from the sandbox's own totals. */
export function expectedFinancials(sandbox: Sandbox, tenant: Tenant, now = new Date()): Map<string, Figures> {
	const expected = new Map<string, Figures>();
	for (const { id, timezone, firstMonth, totals } of setsOfBooks(sandbox, tenant)) {
		for (const month of monthsOf(timezone, now).filter((one) => one >= firstMonth)) {
			expected.set(`pnl:${id}:${month}:accrual`, totals(month));
		}
	}
	return expected;
}

interface SetOfBooks {
	id: string;
	timezone: string;
	/** Before it there are no rows. */
	firstMonth: string;
	totals(month: string): Figures;
}

function setsOfBooks({ xero, myob }: Sandbox, { provider, consent }: Tenant): SetOfBooks[] {
	if (provider === 'myob') {
		const file = myob.file(consent);
		return [{ ...file, totals: (month) => myob.totals(file.id, month) }];
	}
	return xero.organisations(consent).map(({ id, timezone }) => ({
		...{ id, timezone, firstMonth: '' },
		totals: (month) => xero.totals(id, month),
	}));
}

/** Every row that differs from the sandbox's totals, is missing or is too much, as a sentence each. */
export async function financialDifferences(admin: Pool, sandbox: Sandbox, tenant: Tenant): Promise<string[]> {
	const expected = inWords(expectedFinancials(sandbox, tenant));
	return mapDifferences(expected, inWords(await financialsOf(admin, tenant)));
}

function inWords(all: Map<string, Figures>): Map<string, string> {
	return new Map([...all].map(([id, figures]) => [id, textOf(figures)]));
}

function textOf({ revenue, expenses, netProfit, cashFlow }: Figures): string {
	return `revenue ${revenue}, expenses ${expenses}, net profit ${netProfit}, cash flow ${cashFlow}`;
}
