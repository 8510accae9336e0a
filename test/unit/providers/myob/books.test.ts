import { describe, expect, it } from '@jest/globals';

import type { DiscoveryContext } from '../../../../nodes/engine/contract/provider';
import { RejectedMonth, type StreamContext } from '../../../../nodes/engine/contract/stream';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import { type ApiRequest, type ProviderApi } from '../../../../nodes/engine/contract/api';
import { monthsBetween, type CalendarMonth } from '../../../../nodes/shared/months';
import { myobAccounts } from '../../../../nodes/providers/myob/accounts';
import { loadMonthContext } from '../../../../nodes/providers/myob/month-context';
import { ACCOUNTS } from './months';

const FILE = '0f4b7d9c-1111-4222-8333-444455556666';

type Answer = (request: ApiRequest) => unknown;

/** The API with one answer for each end of a path; notes what was asked for. */
function apiOf(answers: Record<string, Answer>, asked: ApiRequest[] = []): ProviderApi {
	return {
		async call(request) {
			asked.push(request);
			const [, answer] = Object.entries(answers).find(([path]) => request.path.endsWith(path)) ?? [];
			if (!answer) throw new Error(`Nobody answers ${request.path}.`);
			const json = answer(request);
			if (!request.isValid(json)) throw new Error(`${request.path} was answered with something else.`);
			return await Promise.resolve(json);
		},
		resolveLink: (link) => {
			const { pathname, searchParams } = new URL(link);
			return { path: pathname, query: Object.fromEntries(searchParams) };
		},
	};
}

const line = (UID: string, Year: number, Month: number, Activity: number) => ({
	...{ Account: { UID }, Year, Month, Activity },
});

const reportOf = (totals: Record<string, number>) => ({
	StartDate: '2025-11-01T00:00:00',
	AccountsBreakdown: Object.entries(totals).map(([UID, AccountTotal]) => ({
		AccountTotal,
		Account: { UID },
	})),
});

const UNREADABLE = new ReadFailure('provider_unavailable', 'It answered 500.', '', undefined, {
	...{ provider: 'MYOB', description: 'the report', account: 'Bakehouse', status: 500, detail: '' },
	ofEveryCall: false,
});

interface Books {
	lines: object[];
	report?: Record<string, number>;
	properties?: object;
	months?: CalendarMonth[];
	basis?: 'cash';
	accounts?: unknown[];
	/** The months whose report MYOB does not return. */
	poisoned?: string[];
}

/** What the months of a company file get, with the calls that it took. */
async function read(books: Books) {
	const { lines, report = {}, properties = {}, months, basis, accounts = ACCOUNTS, poisoned = [] } = books;
	const asked: ApiRequest[] = [];
	const api = apiOf(
		{
			'/AccountingProperties': () => ({ LastMonthFinancialYear: 6, ...properties }),
			'/GeneralLedger/Account': () => ({ Items: accounts, NextPageLink: null }),
			'/AccountRegister': () => ({ Items: lines, NextPageLink: null }),
			'/ProfitAndLossSummary': ({ query }) => {
				if (poisoned.includes(String(query?.StartDate).slice(0, 7))) throw UNREADABLE;
				return reportOf(report);
			},
		},
		asked,
	);
	const context = {
		api,
		account: { id: FILE, name: 'Bakehouse', timezone: 'Australia/Sydney', currency: 'AUD' },
		metadata: { basis },
		startedAt: new Date('2026-02-10T00:00:00Z'),
	} as unknown as StreamContext;
	const given = months ?? monthsBetween('2025-10', '2026-02');
	const shareOf = await loadMonthContext(context, given);
	const registerOf = (month: CalendarMonth): unknown => {
		const share = shareOf(month);
		return share instanceof RejectedMonth ? { rejected: share.reason } : share?.register;
	};
	const shares = Object.fromEntries(given.map((month) => [month.key, registerOf(month)]));
	return { asked, shares: shares as Record<string, { year: string; lines: object[] } | undefined> };
}

describe('an entry of a list that cannot be read', () => {
	const months = monthsBetween('2026-01', '2026-03');
	const banks = (month: number) => ['bank', 'till'].map((uid) => line(uid, 2026, month, 9));
	const lines = [...banks(1), ...banks(3), line('sales', 2026, 2, 110)];

	it.each<[string, unknown]>([
		['null', null],
		['a text', 'made up'],
		['nothing but braces', {}],
		['an account without an id', { Account: { UID: {} }, Year: 2026, Month: 2 }],
	])(
		'%s in the register rejects the months that may lack a bank’s movement, and no other',
		async (_, odd) => {
			const { shares } = await read({ lines: [...lines, odd as object], months });
			expect(shares['2026-01']).toMatchObject({ lines: banks(1) });
			expect(shares['2026-03']).toMatchObject({ lines: banks(3) });
			expect(shares['2026-02']).toMatchObject({
				rejected: { code: 'register_incomplete', path: 'register' },
			});
		},
	);

	it('an unreadable account in the list rejects the months in which an account moved that the list does not name', async () => {
		const accounts = [...ACCOUNTS, null];
		const { shares } = await read({ lines: [...lines, line('savings', 2026, 3, 5)], months, accounts });
		expect(shares['2026-03']).toMatchObject({ rejected: { path: 'accounts' } });
		expect(shares['2026-01']).toMatchObject({ year: 'either' });
		const whole = await read({ lines: [...lines, line('savings', 2026, 3, 5)], months });
		expect(whole.shares['2026-03']).toMatchObject({ year: 'either' });
	});
});

describe('the year of the account register', () => {
	const november = { sales: 110, rent: 11 };
	const calendar = [line('sales', 2025, 11, 110), line('rent', 2025, 11, 11), line('bank', 2025, 11, 99)];
	const lastYears = [line('sales', 2026, 11, 90), line('bank', 2026, 11, 1)];

	it('is the calendar’s where the report of a month says so', async () => {
		const { shares, asked } = await read({ lines: [...calendar, ...lastYears], report: november });
		expect(shares['2025-11']).toEqual({ year: 'calendar', lines: calendar });
		const report = asked.filter(({ path }) => path.endsWith('ProfitAndLossSummary'));
		expect(report.map(({ query }) => query)).toEqual([
			{
				...{ StartDate: '2025-11-01', EndDate: '2025-11-30' },
				...{ ReportingBasis: 'Accrual', YearEndAdjust: 'false' },
			},
		]);
	});

	it('is the financial one where the report of a month says so, whatever sign it has', async () => {
		const lines = [line('sales', 2026, 11, 110), line('rent', 2026, 11, 11), line('sales', 2025, 11, 3)];
		const { shares } = await read({ lines, report: { sales: -110, rent: 11 } });
		expect(shares['2025-11']).toEqual({ year: 'financial', lines: lines.slice(0, 2) });
		// January to June stand in the same year by both.
		expect(shares['2026-01']).toEqual({ year: 'either', lines: [] });
	});

	it.each([
		['agrees with neither', { sales: 5 }],
		['is not told apart by the report, since only the bank moved', {}],
	])('is unclear where it %s', async (_name, report) => {
		const lines = 'sales' in report ? calendar : calendar.slice(2);
		const { shares } = await read({ lines, report });
		expect(shares['2025-11']).toEqual({ year: 'unclear', lines: [] });
	});

	it('asks for no report where it makes no difference', async () => {
		const { asked, shares } = await read({ lines: [line('sales', 2026, 1, 5), line('card', 2025, 11, 7)] });
		const resources = asked.map(({ path }) => path.split('/').at(-1));
		expect(resources).toEqual(['AccountingProperties', 'Account', 'AccountRegister']);
		expect(shares['2025-11']).toEqual({ year: 'either', lines: [] });
	});

	it('is unclear where the only report that could say so is not returned; other months have theirs', async () => {
		const lines = [...calendar, line('sales', 2026, 1, 5)];
		const { shares } = await read({ lines, report: november, poisoned: ['2025-11'] });
		expect(shares['2025-11']).toEqual({ year: 'unclear', lines: [] });
		expect(shares['2026-01']).toEqual({ year: 'either', lines: [line('sales', 2026, 1, 5)] });
	});

	it('ends in March in New Zealand’s way where the file says so', async () => {
		const lines = [line('sales', 2026, 4, 50)];
		const months = monthsBetween('2025-04', '2025-05');
		const { shares } = await read({
			...{ lines, months, report: { sales: 50 }, properties: { LastMonthFinancialYear: 3 } },
		});
		expect(shares['2025-04']).toEqual({ year: 'financial', lines });
	});
});

describe('the account register on the cash basis', () => {
	const lines = [line('sales', 2026, 1, 110), line('bank', 2026, 1, 99)];

	it('is tried by the accrual report of the latest month that has ended', async () => {
		const { shares, asked } = await read({ lines, basis: 'cash', report: { sales: 110, 'all-income': 110 } });
		expect(asked.at(-1)?.query).toMatchObject({ StartDate: '2026-01-01', ReportingBasis: 'Accrual' });
		expect(shares['2026-01']).toEqual({ year: 'either', lines });
	});

	it.each([
		['has another sign', { sales: -110 }],
		['has another figure', { sales: 110.02 }],
		['has nothing', {}],
		['has one account more', { sales: 110, rent: 1 }],
	])('is refuted where the report %s', async (_name, report) => {
		const { shares } = await read({ lines, basis: 'cash', report });
		expect(new Set(Object.values(shares).map((share) => share?.year))).toEqual(new Set(['refuted']));
	});

	const banks = [line('bank', 2025, 11, 5), line('sales', 2026, 1, 110)];

	it.each([
		['as it is', { sales: 110 }, 'either'],
		['with another sign', { sales: -110 }, 'refuted'],
	])('is tried where only banks differ by the year too: %s', async (_name, report, year) => {
		const { shares } = await read({ lines: banks, basis: 'cash', report });
		expect(shares['2026-01']?.year).toBe(year);
	});

	it('is tried by an earlier month where a report is not returned', async () => {
		const { shares, asked } = await read({
			...{ lines: [], basis: 'cash', report: {}, poisoned: ['2026-01', '2025-12'] },
		});
		expect(asked.at(-1)?.query).toMatchObject({ StartDate: '2025-11-01' });
		expect(shares['2026-01']).toEqual({ year: 'either', lines: [] });
	});

	it('is not believed where no report is returned for the few months that there are', async () => {
		const months = monthsBetween('2025-12', '2026-01');
		const { shares } = await read({ lines, months, basis: 'cash', poisoned: ['2026-01', '2025-12'] });
		expect(new Set(Object.values(shares).map((share) => share?.year))).toEqual(new Set(['unclear']));
	});

	it('is an outage where the reports of many months are not returned', async () => {
		const poisoned = ['2025-10', '2025-11', '2025-12', '2026-01', '2026-02'];
		await expect(read({ lines, basis: 'cash', poisoned })).rejects.toBe(UNREADABLE);
	});

	it('may be by the financial year there too', async () => {
		const stood = [line('sales', 2026, 11, 110), line('bank', 2026, 11, 9)];
		const { shares } = await read({ lines: stood, basis: 'cash', report: { sales: 110 } });
		expect(shares['2025-11']).toEqual({ year: 'financial', lines: stood });
	});
});

describe('the books', () => {
	it('give months before they begin no record, and ask for nothing where there are no others', async () => {
		const properties = { ConversionDate: '2025-12-15T00:00:00' };
		const { shares } = await read({ lines: [], properties });
		const without = Object.entries(shares).filter(([, share]) => share === undefined);
		expect(without.map(([month]) => month)).toEqual(['2025-10', '2025-11']);
		const before = await read({ lines: [], properties, months: monthsBetween('2025-01', '2025-03') });
		expect(before.asked).toHaveLength(1);
	});

	it('take a line of an account and month once, however often the pages have it', async () => {
		const lines = [line('bank', 2026, 1, 5), line('BANK', 2026, 1, 6), line('nobody', 2026, 1, 7)];
		const { shares } = await read({ lines });
		expect(shares['2026-01']?.lines).toEqual([line('BANK', 2026, 1, 6)]);
	});
});

describe('the company file of a connection', () => {
	const discovery = (api: ProviderApi, metadata: object = {}, timezone = 'Australia/Perth') =>
		({ api, metadata, timezone }) as unknown as DiscoveryContext;
	const listing = (...files: object[]) => apiOf({ '/accountright/': () => files });
	const file = (Country: string, Name: unknown = 'Bakehouse') =>
		apiOf({ [FILE]: () => ({ CompanyFile: { Id: FILE, Name, Country }, Resources: [] }) });

	it('is the one of its Business ID, without a call', async () => {
		const { accounts } = await myobAccounts.list(
			discovery(apiOf({}), { businessId: ` ${FILE.toUpperCase()} ` }),
		);
		expect(accounts).toEqual([{ id: FILE, name: null }]);
	});

	it.each(['nonsense', `${FILE}/../x`, `${FILE}?a=b`, '../..'])('is not "%s"', async (businessId) => {
		await expect(myobAccounts.list(discovery(apiOf({}), { businessId }))).rejects.toMatchObject({
			failureClass: 'configuration',
			message: expect.stringContaining('Connection: Update'),
		});
	});

	it('is the only one listed; of none or several a person says which', async () => {
		const two = [FILE, FILE.replace('0', '1')].map((Id) => ({ Id, Name: `File ${Id[0]}` }));
		const list = async (...files: object[]) => await myobAccounts.list(discovery(listing(...files)));
		expect((await list(two[0]!)).accounts).toEqual([{ id: FILE, name: 'File 0' }]);
		expect((await list(two[0]!)).consent).toEqual([FILE]);
		await expect(list()).rejects.toMatchObject({
			failureClass: 'needs_choice',
			message: expect.stringContaining('no Business ID'),
		});
		expect(await list(...two)).toMatchObject({ accounts: [{ id: FILE }, {}], consent: null });
	});

	it('is the one that was chosen where keys list none, without a call', async () => {
		const chosen = [{ id: FILE, name: 'Bakehouse' }];
		const found = await myobAccounts.list({ ...discovery(apiOf({})), chosen });
		expect(found).toMatchObject({ accounts: chosen, consent: null });
	});

	it('has the currency of its country and the time zone of the connection', async () => {
		const KNOWN = { id: FILE, name: FILE, timezone: null, currency: null };
		const describe = async (api: ProviderApi, timezone?: string) =>
			await myobAccounts.describe(discovery(api, {}, timezone), KNOWN);
		expect(await describe(file('AU'))).toEqual({
			account: { id: FILE, name: 'Bakehouse', timezone: 'Australia/Perth', currency: 'AUD' },
			warnings: [],
		});
		expect((await describe(file('nz', ' '))).account).toMatchObject({ name: null, currency: 'NZD' });
		expect((await describe(file('AU', 'half \uD83E, NUL \0'))).account.name).toBe('half \uFFFD, NUL \uFFFD');
		const bare = apiOf({ [FILE]: () => ({ Id: FILE, Name: 'Bare', Country: 'AU' }) });
		expect((await describe(bare)).account.name).toBe('Bare');
		const { account, warnings } = await describe(file('AU'), 'Mars/Olympus');
		expect([account.timezone, warnings]).toEqual([null, [expect.stringContaining('Mars/Olympus')]]);
		await expect(describe(file('SG'))).rejects.toMatchObject({ failureClass: 'bad_request' });
		await expect(describe(file(''))).rejects.toMatchObject({ failureClass: 'bad_request' });
		const before = { ...KNOWN, currency: 'NZD' };
		const kept = await myobAccounts.describe(discovery(file('')), before);
		expect(kept.account.currency).toBe('NZD');
		await expect(myobAccounts.describe(discovery(file('SG')), before)).rejects.toThrow(/country "SG"/);
	});
});
