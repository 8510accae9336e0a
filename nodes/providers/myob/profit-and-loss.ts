import { getFirstDay, getLastDay } from '../../shared/dates';
import { parseAmount, sumAmounts, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { SectionTotal } from '../financials';
import type { SectionKind } from '../provider';
import { sectionLabel } from '../xero/sections';
import type { MonthAccount, MonthRecord } from './schemas';

/** What an account's classification counts as. Account numbers cannot be used: each file numbers its own way. */
const KINDS: ReadonlyMap<string, SectionKind> = new Map([
	['Income', 'income'],
	['OtherIncome', 'income'],
	['CostOfSales', 'expense'],
	['Expense', 'expense'],
	['OtherExpense', 'expense'],
]);

/** An account's figure for the month. */
export interface ResultLine {
	account: MonthAccount;
	total: Amount;
	path: string;
}

/**
 * Reads the accounts' figures from a profit and loss. Header accounts only sum up their accounts and are left out.
 * @throws Rejection if the report is not the requested one, or a figure cannot be read
 */
export function resultLines(record: MonthRecord): ResultLine[] {
	assertMatchesRequest(record);
	const accounts = new Map(record.accounts.map((account) => [account.UID.toLowerCase(), account]));
	return (record.profitAndLoss.AccountsBreakdown ?? []).flatMap(({ AccountTotal, Account }, index) => {
		const path = `profitAndLoss.AccountsBreakdown[${index}]`;
		const account = accounts.get(Account.UID.toLowerCase());
		if (account?.IsHeader) return [];
		const total = parseAmount(AccountTotal, `${path}.AccountTotal`);
		if (total.isZero()) return [];
		if (account) return [{ account, total, path }];
		throw unknownAccount(Account.Name ?? Account.UID, path);
	});
}

/**
 * Sums the lines by classification.
 * @throws Rejection `unknown_section` for a classification that is neither known nor in the operator's Section Map
 */
export function sumSections(
	lines: readonly ResultLine[],
	sectionMap: ReadonlyMap<string, SectionKind>,
): SectionTotal[] {
	const totals = new Map<string, Amount[]>();
	for (const { account, total } of lines) {
		const title = account.Classification ?? '';
		totals.set(title, [...(totals.get(title) ?? []), total]);
	}
	return [...totals]
		.map(([title, amounts]) => ({
			...{ title, total: sumAmounts(amounts) },
			kind: sectionMap.get(sectionLabel(title)) ?? KINDS.get(title) ?? unknownTo(lines, title),
		}))
		.sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** Sums all sections of a kind. */
export function sumOfKind(sections: readonly SectionTotal[], kind: SectionKind): Amount {
	return sumAmounts(sections.filter((section) => section.kind === kind).map(({ total }) => total));
}

/** Rejects figures of another period or basis, or with year-end adjustments. */
function assertMatchesRequest({ month, basis, profitAndLoss }: MonthRecord): void {
	const { StartDate, EndDate, ReportingBasis, YearEndAdjust } = profitAndLoss;
	const path = 'profitAndLoss';
	const wanted = `${getFirstDay(month)} to ${getLastDay(month)}, ${basis}`;
	const found = `${StartDate.slice(0, 10)} to ${EndDate.slice(0, 10)}, ${ReportingBasis.toLowerCase()}`;
	if (found === wanted && YearEndAdjust !== true) return;
	throw new Rejection(
		'unexpected_report',
		path,
		`The report covers ${excerpt(found, 60)}${YearEndAdjust ? ', with year-end adjustments' : ''}, instead of ${wanted} without year-end adjustments. The month is read again with the next sync.`,
	);
}

function unknownAccount(name: string, path: string): Rejection {
	return new Rejection(
		'unknown_account',
		`${path}.Account`,
		`The report has a figure for "${excerpt(name)}", which is not in the list of accounts. The month is read again with the next sync.`,
	);
}

function unknownTo(lines: readonly ResultLine[], title: string): never {
	const line = lines.find(({ account }) => (account.Classification ?? '') === title);
	const account = excerpt(line?.account.Name ?? line?.account.UID ?? '');
	const classified = title === '' ? 'has no classification' : `has the classification "${excerpt(title)}"`;
	throw new Rejection(
		'unknown_section',
		line?.path ?? 'profitAndLoss',
		`The account "${account}" of the profit and loss report ${classified}, which is not known. ` +
			'Add it to Section Map in Zixly Transform & Normalize, as income, as an expense or to be left out. The record is then loaded with the next sync.',
	);
}
