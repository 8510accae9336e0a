import type { StreamContext } from '../../engine/contract/stream';
import { asFailure, type ReadFailure } from '../../engine/contract/failure';
import { MAX_FIRST_FAILURES } from '../../engine/read/outage-detector';
import { toMonth, type CalendarMonth } from '../../shared/months';
import { toAmount, parseAmount, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { catchRejection, Rejection } from '../../shared/rejection';
import type { Register, RegisterLine, YearMeaning } from './register';
import { profitAndLoss } from './report';

/**
 * What a report shows about the register: the meaning of `Year`, nothing certain, or that the two contradict. `missing`:
 * no report could be compared with it.
 */
export type Evidence = YearMeaning | 'unclear' | 'refuted' | 'missing';

const MEANINGS: readonly YearMeaning[] = ['calendar', 'financial'];

/**
 * Finds out what the register's `Year` means, from the profit and loss of one month for which it makes a difference. On
 * the cash basis the register is always checked, because it cannot be compared with the months' own reports.
 */
export async function gatherEvidence(
	context: StreamContext,
	register: Register,
	months: readonly CalendarMonth[],
): Promise<Evidence> {
	const isAmbiguous = months.some(({ key }) => register.isAmbiguous(key));
	const isCash = context.metadata.basis === 'cash';
	if (!isAmbiguous && !isCash) return 'calendar';
	const telling = months.filter(({ key }) => register.canTell(key));
	const isOfNoUse = telling.length === 0 && isCash;
	const report = await latestReport(context, isAmbiguous && !isOfNoUse ? telling : months);
	if (!report) return 'missing';
	const { month } = report;
	const totals = readTotals(report.json, register);
	const fitting = (as: Comparison): YearMeaning[] =>
		MEANINGS.filter((meaning) => fits(totals, register.listResultLines(month.key, meaning), as));
	const [meaning, other] = fitting('sizes');
	if (isCash && (!meaning || !fitting('figures').includes(meaning))) return 'refuted';
	if (!isAmbiguous) return 'calendar';
	return meaning && !other ? meaning : 'unclear';
}

/** If one month's report fails, those of others may still work. */
const MAX_MONTHS_TRIED = 4;

/** Reads the report of the latest month that has one. @throws ReadFailure if it is an outage */
async function latestReport(
	context: StreamContext,
	months: readonly CalendarMonth[],
): Promise<{ month: CalendarMonth; json: unknown } | undefined> {
	const failed: ReadFailure[] = [];
	for (const month of latestFirst(context, months).slice(0, MAX_MONTHS_TRIED)) {
		try {
			return { month, json: await accrualReport(context, month) };
		} catch (error) {
			const failure = asFailure(error);
			if (!failure.mayBeOfOneRecord) throw error;
			failed.push(failure);
		}
	}
	if (failed.length >= MAX_FIRST_FAILURES) throw failed[0]!;
	return undefined;
}

/** Puts ended months before the current one, in which transactions may be posted between two calls. */
function latestFirst(
	{ account, startedAt }: StreamContext,
	months: readonly CalendarMonth[],
): CalendarMonth[] {
	const running = toMonth(startedAt, account.timezone);
	const ended = months.filter(({ key }) => key < running);
	return [...ended.reverse(), ...months.filter(({ key }) => key >= running).reverse()];
}

/** Reads a report on the accrual basis, like the register, whatever the basis of the connection. */
async function accrualReport({ api, account }: StreamContext, month: CalendarMonth): Promise<unknown> {
	const { path, description, scope, isValid, query } = profitAndLoss;
	return await api.call({
		path: typeof path === 'function' ? path(account) : path,
		query: query(month, 'accrual'),
		description: `${description} for ${month.key}, to check the account register`,
		...{ account, scope, isValid },
	});
}

interface ReportLine {
	AccountTotal?: unknown;
	Account?: { UID?: unknown } | null;
}

type Totals = ReadonlyMap<string, Amount>;

/** Leaves out header accounts, which the report may contain. */
function readTotals(report: unknown, register: Register): Totals {
	const { AccountsBreakdown } = report as { AccountsBreakdown: Array<ReportLine | null> | null };
	const lines = (AccountsBreakdown ?? []).map(
		(line) => [String(line?.Account?.UID), line?.AccountTotal] as [string, unknown],
	);
	return summed(lines.filter(([account]) => register.isOfResult(account)));
}

/** Compares absolute values (`sizes`) or signed ones (`figures`). The year shows in the absolute values. */
type Comparison = 'sizes' | 'figures';

function fits(totals: Totals, lines: readonly RegisterLine[], as: Comparison): boolean {
	const activities = summed(lines.map(({ Account, Activity }) => [Account.UID, Activity]));
	const getAmount = (of: Totals, account: string): Amount => {
		const amount = of.get(account) ?? ZERO;
		return as === 'sizes' ? amount.abs() : amount;
	};
	return [...new Set([...totals.keys(), ...activities.keys()])].every((account) =>
		getAmount(totals, account).minus(getAmount(activities, account)).abs().lte(toAmount('0.01')),
	);
}

/** Sums by account. Skips values that are not numbers: they reject the month later, with their path. */
function summed(entries: Array<[account: string, value: unknown]>): Totals {
	const totals = new Map<string, Amount>();
	for (const [account, value] of entries) {
		const amount = catchRejection(() => parseAmount(value, ''));
		if (amount instanceof Rejection) continue;
		const key = account.toLowerCase();
		totals.set(key, sumAmounts([totals.get(key) ?? ZERO, amount]));
	}
	return totals;
}
