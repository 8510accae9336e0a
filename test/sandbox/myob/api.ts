import { jsonReply, type Reply } from '../core/reply';
import { firstDay, isDate, lastDay, monthOf } from '../xero/calendar';
import type { MyobBooks } from './books';
import type { CompanyFile } from './catalogue';
import type { MyobAccount } from './chart';
import { accountList, link, registerList, type ListRequest } from './lists';
import { problems } from './problems';

interface Resource {
	scope: string;
	answer(books: MyobBooks, request: ListRequest): Reply;
}

/** What a company file answers, by what follows its id in the path. */
const RESOURCES: Readonly<Record<string, Resource>> = {
	'': { scope: 'sme-company-file', answer: ({ file }) => jsonReply(200, fileWithResources(file)) },
	'/CurrentUser': { scope: 'sme-company-file', answer: () => jsonReply(200, { UserAccess: [] }) },
	'/GeneralLedger/Account': { scope: 'sme-general-ledger', answer: accountList },
	'/GeneralLedger/AccountRegister': { scope: 'sme-general-ledger', answer: registerList },
	'/GeneralLedger/AccountingProperties': { scope: 'sme-general-ledger', answer: properties },
	'/Report/ProfitAndLossSummary': { scope: 'sme-general-ledger', answer: profitAndLoss },
};

/** Answers a call for a company file by somebody with these scopes. */
export function fileReply(
	resource: string,
	scopes: readonly string[],
	books: MyobBooks,
	request: ListRequest,
): Reply {
	const found = Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource] : undefined;
	if (!found) return problems.notFound();
	// Not a 403, as one would think.
	if (!scopes.includes(found.scope)) return problems.unauthorized();
	return found.answer(books, request);
}

/** A company file as the list of files has it. */
export function shownFile({ id, name, country }: CompanyFile) {
	return {
		...{ Id: id, Name: name, Country: country, ProductVersion: '2026.9', UIAccessFlags: 3 },
		ProductLevel: { Code: 30, Name: 'Plus' },
		...{ Subscription: { IsTrial: false }, SerialNumber: '000000000000', LibraryPath: null },
		Uri: `https://sandbox.invalid/accountright/${id}`,
	};
}

function fileWithResources(file: CompanyFile) {
	return { CompanyFile: shownFile(file), Resources: ['https://sandbox.invalid/accountright/Contact'] };
}

function properties({ file, firstMonth }: MyobBooks): Reply {
	return jsonReply(200, {
		...{ ConversionDate: `${firstDay(firstMonth)}T00:00:00`, CurrentFinancialYear: 2026 },
		LastMonthFinancialYear: file.lastMonth,
	});
}

const BASES: Readonly<Record<string, 'accrual' | 'cash'>> = { Accrual: 'accrual', Cash: 'cash' };

function profitAndLoss(books: MyobBooks, { query }: ListRequest): Reply {
	const [StartDate = '', EndDate = ''] = ['StartDate', 'EndDate'].map((name) => query.get(name) ?? '');
	const basis = BASES[query.get('ReportingBasis') ?? ''];
	const isWhole = isDate(StartDate) && EndDate === lastDay(monthOf(StartDate)) && StartDate.endsWith('-01');
	if (!isWhole) return problems.badRequest('The sandbox reports on whole months.');
	if (!basis) return problems.badRequest('ReportingBasis is neither Accrual nor Cash.');
	if (query.get('YearEndAdjust') !== 'false')
		return problems.badRequest('The sandbox knows only YearEndAdjust=false.');
	const lines = breakdown(books, monthOf(StartDate), basis);
	const isNull = lines.length === 0 && books.file.quirks.includes('nullBreakdown');
	return jsonReply(200, {
		...{ StartDate: `${StartDate}T00:00:00`, EndDate: `${EndDate}T00:00:00` },
		...{ ReportingBasis: query.get('ReportingBasis'), YearEndAdjust: false },
		AccountsBreakdown: isNull ? null : lines,
	});
}

const OF_BALANCE_SHEET = new Set(['Asset', 'Liability', 'Equity']);

function breakdown(books: MyobBooks, month: string, basis: 'accrual' | 'cash') {
	const sums = new Map<MyobAccount, number>();
	for (const { account, date, paidOn, cents } of books.entries()) {
		const counted = basis === 'cash' ? paidOn : date;
		if (OF_BALANCE_SHEET.has(account.classification) || !counted?.startsWith(`${month}-`)) continue;
		if (counted > books.today()) continue;
		sums.set(account, (sums.get(account) ?? 0) + cents);
	}
	const headers = books.file.quirks.includes('headersInReport') ? headerSums(books, sums) : [];
	return [...headers, ...sums].map(([account, cents]) => ({
		AccountTotal: cents / 100,
		Account: link(account),
	}));
}

function headerSums({ chart }: MyobBooks, sums: Map<MyobAccount, number>): Array<[MyobAccount, number]> {
	const headers = chart.filter(({ heads }) => heads !== undefined && !OF_BALANCE_SHEET.has(heads));
	return headers.map((header) => {
		const own = [...sums].filter(([{ classification }]) => classification === header.heads);
		return [header, own.reduce((sum, [, cents]) => sum + cents, 0)];
	});
}
