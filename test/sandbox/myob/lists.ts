import { jsonReply, type Reply } from '../core/reply';
import { uuidFrom } from '../core/random';
import { monthOf } from '../xero/calendar';
import type { MyobBooks } from './books';
import type { MyobAccount } from './chart';
import { problems } from './problems';
import type { MyobLimits } from './settings';

export interface ListRequest {
	/** The list's own address, for the link to the next page. */
	url: string;
	query: URLSearchParams;
	limits: MyobLimits;
}

/** `/GeneralLedger/Account` */
export function accountList(books: MyobBooks, request: ListRequest): Reply {
	const items = books.chart.map((account) => ({
		...link(account),
		...{ Classification: account.classification, Type: account.type, Number: 1100, Level: 2 },
		...{ IsHeader: account.isHeader, IsActive: account.isActive, Description: '', TaxCode: null },
		...{ ParentAccount: null, OpeningBalance: 0, CurrentBalance: 0, ForeignCurrency: null },
		BankingDetails: account.type === 'Bank' ? { BSBNumber: '000-000', BankAccountNumber: '1234567' } : null,
		...{ LastModified: '2026-01-20T00:48:40.333', RowVersion: '-1234567890' },
	}));
	return page(items, request);
}

/** `/GeneralLedger/AccountRegister` */
export function registerList(books: MyobBooks, request: ListRequest): Reply {
	const { query, limits } = request;
	const filter = query.get('$filter');
	if (filter !== null && limits.noFilter) return problems.badRequest('The sandbox knows no filter here.');
	const years = /^Year ge (\d{4}) and Year le (\d{4})$/.exec(filter ?? 'Year ge 0000 and Year le 9999');
	if (!years) return problems.badRequest('The sandbox does not know this filter.');
	const [from, through] = [Number(years[1]), Number(years[2])];
	return page(
		registerLines(books).filter(({ Year }) => Year >= from && Year <= through),
		request,
	);
}

function registerLines(books: MyobBooks) {
	const sums = new Map<string, { account: MyobAccount; month: string; cents: number }>();
	for (const { account, date, cents } of books.entries()) {
		const heads = books.chart.filter(
			({ heads: classification }) => classification === account.classification,
		);
		for (const one of [account, ...heads]) {
			const key = `${one.uid}/${monthOf(date)}`;
			const sum = sums.get(key) ?? { account: one, month: monthOf(date), cents: 0 };
			sums.set(key, { ...sum, cents: sum.cents + cents });
		}
	}
	return [...sums.values()].map((sum) => registerLine(books, sum));
}

function registerLine(
	{ file }: MyobBooks,
	{ account, month, cents }: { account: MyobAccount; month: string; cents: number },
) {
	const [year, number] = month.split('-').map(Number) as [number, number];
	const byFinancialYear = file.quirks.includes('financialYears') && number > file.lastMonth;
	const isCredit = file.quirks.includes('debits') && account.classification.endsWith('Income');
	return {
		UID: uuidFrom(`${account.uid}/${month}`),
		Account: link(account),
		...{ Year: byFinancialYear ? year + 1 : year, Month: number },
		...{ Activity: (isCredit ? -cents : cents) / 100, Adjustment: 0, YearEndActivity: 0 },
		...{ YearEndAdjustment: 0, UnitCount: null, RowVersion: '-1234567890' },
	};
}

export function link({ uid, name, displayId }: MyobAccount) {
	return { UID: uid, Name: name, DisplayID: displayId, URI: `https://sandbox.invalid/Account/${uid}` };
}

/** A page of a list: 400 items unless more are asked for, a thousand at most. */
function page(items: object[], { url, query, limits }: ListRequest): Reply {
	const top = Math.min(1_000, Number(query.get('$top') ?? 400));
	const skip = Number(query.get('$skip') ?? 0);
	if (top > limits.mostRows) return problems.gatewayTimeout();
	const shown = items.slice(skip, skip + top);
	const isLast = skip + top >= items.length && !(limits.trailingPage && shown.length > 0);
	const next = new URLSearchParams(query);
	next.set('$top', String(top));
	next.set('$skip', String(skip + top));
	return jsonReply(200, {
		...{ Items: shown, NextPageLink: isLast ? null : `${url}?${next}`, Count: items.length },
	});
}
