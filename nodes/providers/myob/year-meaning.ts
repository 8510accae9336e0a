import type { StreamContext } from '../../engine/definition';
import { monthAt, type CalendarMonth } from '../../engine/months';
import { amountOf, parseAmount, sumOf, ZERO, type Amount } from '../../shared/money';
import { attempt, Rejection } from '../../shared/rejection';
import type { Register, RegisterLine, YearMeaning } from './register';
import { profitAndLoss } from './report';

const MEANINGS: readonly YearMeaning[] = ['calendar', 'financial'];

/**
 * Finds out what the register's `Year` means, by the profit and loss of one month for which it makes a difference.
 * @returns undefined where the two meanings differ and nothing tells which one is right
 */
export async function yearMeaningOf(
	context: StreamContext,
	register: Register,
	months: readonly CalendarMonth[],
): Promise<YearMeaning | undefined> {
	if (!months.some(({ key }) => register.isAmbiguous(key))) return 'calendar';
	const month = telling(context, register, months);
	if (!month) return undefined;
	const { path, what, ...part } = profitAndLoss;
	const report = await context.api.call({
		path: typeof path === 'function' ? path(context.account) : path,
		// The register counts what is invoiced, whatever basis the connection is on.
		query: part.query(month, 'accrual'),
		account: context.account,
		what: `${what} for ${month.key}, to tell which year the register means`,
		scope: part.scope,
		accept: part.accept,
	});
	const totals = totalsIn(report, register);
	const fitting = MEANINGS.filter((meaning) => fits(totals, register.resultLinesOf(month.key, meaning)));
	return fitting.length === 1 ? fitting[0] : undefined;
}

/** The latest month that has ended; in the running one something may be booked between two calls. */
function telling(
	{ account, startedAt }: StreamContext,
	register: Register,
	months: readonly CalendarMonth[],
): CalendarMonth | undefined {
	const running = monthAt(startedAt, account.timezone);
	const candidates = months.filter(({ key }) => register.canTell(key));
	return candidates.findLast(({ key }) => key < running) ?? candidates.at(-1);
}

interface ReportLine {
	AccountTotal?: unknown;
	Account?: { UID?: unknown } | null;
}

type Totals = Map<string, Amount[]>;

/** Without header accounts, which the report may show too. */
function totalsIn(report: unknown, register: Register): Totals {
	const { AccountsBreakdown } = report as { AccountsBreakdown: Array<ReportLine | null> | null };
	const lines = (AccountsBreakdown ?? []).map(
		(line) => [String(line?.Account?.UID), line?.AccountTotal] as [string, unknown],
	);
	return grouped(lines.filter(([account]) => register.isOfResult(account)));
}

/** Whether the sizes agree; what their signs mean is judged where the figures are taken. */
function fits(totals: Totals, lines: readonly RegisterLine[]): boolean {
	const activities = grouped(lines.map(({ Account, Activity }) => [Account.UID, Activity]));
	const accounts = new Set([...totals.keys(), ...activities.keys()]);
	const size = (of: Totals, account: string): Amount => sumOf(of.get(account) ?? [ZERO]).abs();
	return [...accounts].every((account) => {
		const [total, activity] = [size(totals, account), size(activities, account)];
		return total.minus(activity).abs().lte(amountOf('0.01'));
	});
}

/** By account, without what is no number: the month is rejected for it later, with the place. */
function grouped(entries: Array<[account: string, value: unknown]>): Totals {
	const totals: Totals = new Map();
	for (const [account, value] of entries) {
		const amount = attempt(() => parseAmount(value, ''));
		if (amount instanceof Rejection) continue;
		const key = account.toLowerCase();
		totals.set(key, [...(totals.get(key) ?? []), amount]);
	}
	return totals;
}
