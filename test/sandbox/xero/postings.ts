import { randomFrom, type Random } from '../core/random';
import type { BankAccount, ChartOfAccounts, LedgerAccount } from './accounts';
import { addDays, addMonths, dayOf, daysIn, firstDay, monthOf, monthsBetween } from './calendar';
import type { Organisation } from './catalogue';

/** One line of income or cost. Positive is income for a REVENUE account and cost for an EXPENSE one. */
export interface Posting {
	account: LedgerAccount;
	/** The day on the invoice or bill: what counts on the accrual basis. */
	date: string;
	/** The day it was paid: what counts on the cash basis; null if it never was. */
	paidOn: string | null;
	cents: number;
}

/** Money into (positive) or out of a bank account or credit card. */
export interface Movement {
	bankAccount: BankAccount;
	date: string;
	cents: number;
}

export interface MonthOfLines {
	postings: Posting[];
	movements: Movement[];
}

/** What a month is made from. */
interface MonthPlan {
	organisation: Organisation;
	chart: ChartOfAccounts;
	month: string;
	/** The month in which the sandbox started, to which the profile's lists refer. */
	anchor: string;
	random: Random;
}

/** All that is booked in one month; the same for the same seed, whatever the day. */
export function linesOfMonth(
	organisation: Organisation,
	chart: ChartOfAccounts,
	seed: string,
	anchor: string,
	month: string,
): MonthOfLines {
	const random = randomFrom(`${seed}/${organisation.id}/${month}`);
	const plan: MonthPlan = { organisation, chart, month, anchor, random };
	if (isListed(plan, 'dormant', month)) return { postings: [], movements: [] };
	if (isListed(plan, 'oneCent', month)) return oneCent(plan);
	const postings = [...income(plan), ...costs(plan)];
	return { postings, movements: [...payments(plan, postings), ...otherMovements(plan)] };
}

function isListed(plan: MonthPlan, list: 'dormant' | 'oneCent' | 'losses' | 'unknownSection', month: string) {
	return plan.organisation.profile[list].includes(monthsBetween(month, plan.anchor));
}

function oneCent({ chart, month }: MonthPlan): MonthOfLines {
	const date = firstDay(month);
	return {
		postings: [{ account: chart.interest, date, paidOn: date, cents: 1 }],
		movements: [{ bankAccount: chart.savings, date, cents: 1 }],
	};
}

function income(plan: MonthPlan): Posting[] {
	const { chart, random } = plan;
	const month = Math.round((turnover(plan) * random.between(70, 130)) / 100);
	const invoices = split(random, month, random.between(4, 8)).map((cents, index) =>
		posting(plan, index % 3 === 0 ? chart.services : chart.sales, cents),
	);
	const creditNote = random.chance(0.4) ? [posting(plan, chart.sales, -random.between(1, 90_000))] : [];
	const interest = random.chance(0.5) ? [posting(plan, chart.interest, random.between(1, 25_000))] : [];
	return [...invoices, ...creditNote, ...interest];
}

function costs(plan: MonthPlan): Posting[] {
	const { chart, random, organisation } = plan;
	const share = isListed(plan, 'losses', plan.month) ? random.between(145, 180) : random.between(45, 65);
	const total = Math.round((turnover(plan) * share) / 100);
	const [goods, freight, wages, rest] = [0.34, 0.04, 0.4, 0.08].map((part) => Math.round(total * part));
	const lines = [
		...split(random, goods ?? 0, 3).map((cents) => posting(plan, chart.purchases, cents)),
		posting(plan, chart.freight, freight ?? 0),
		...split(random, wages ?? 0, 2).map((cents) => posting(plan, chart.wages, cents)),
		posting(plan, chart.rent, 480_000),
		...split(random, rest ?? 0, 2).map((cents) => posting(plan, chart.software, cents)),
		posting(plan, chart.bankFees, random.between(1, 4_500)),
		...repairs(plan),
	];
	if (organisation.quirks.includes('currencyGains')) {
		lines.push(posting(plan, chart.currencyGains, random.between(-60_000, 60_000)));
	}
	if (isListed(plan, 'unknownSection', plan.month)) lines.push(posting(plan, chart.appropriations, 123_456));
	return lines;
}

/** A repair and, now and then, a refund of more than it cost: a negative cost. */
function repairs(plan: MonthPlan): Posting[] {
	const { chart, random } = plan;
	const cost = posting(plan, chart.repairs, random.between(5_000, 60_000));
	return random.chance(0.35)
		? [cost, posting(plan, chart.repairs, -random.between(60_001, 150_000))]
		: [cost];
}

function turnover(plan: MonthPlan): number {
	return plan.organisation.profile.turnoverCents;
}

function posting(plan: MonthPlan, account: LedgerAccount, cents: number): Posting {
	const { random, month } = plan;
	const date = dayOf(month, random.between(1, daysIn(month)));
	const paidOn = random.chance(0.06) ? null : settled(plan, addDays(date, random.between(0, 45)));
	return { account, date, paidOn, cents };
}

/** Nothing is paid in a dormant month or in one of a single cent: it waits for the month after. */
function settled(plan: MonthPlan, date: string): string {
	const month = monthOf(date);
	if (!isListed(plan, 'dormant', month) && !isListed(plan, 'oneCent', month)) return date;
	return settled(plan, firstDay(addMonths(month, 1)));
}

function payments({ chart }: MonthPlan, postings: Posting[]): Movement[] {
	const byCard = new Set<string>([chart.software.id, chart.freight.id]);
	return postings.flatMap(({ account, paidOn, cents }) => {
		if (!paidOn) return [];
		const bankAccount = byCard.has(account.id) ? chart.card : chart.business;
		return [{ bankAccount, date: paidOn, cents: account.class === 'REVENUE' ? cents : -cents }];
	});
}

/** Money that no profit and loss shows: transfers between own accounts, tax, the owner's drawings. */
function otherMovements({ chart, month, random }: MonthPlan): Movement[] {
	const move = (bankAccount: BankAccount, day: number, cents: number): Movement => ({
		bankAccount,
		date: dayOf(month, day),
		cents,
	});
	const transfer = (day: number, to: BankAccount, cents: number): Movement[] => [
		move(chart.business, day, -cents),
		move(to, day, cents),
	];
	const tax =
		Number(month.slice(5)) % 3 === 1 ? [move(chart.business, 28, -random.between(100_000, 900_000))] : [];
	return [
		...transfer(15, chart.card, random.between(20_000, 200_000)),
		...transfer(20, chart.savings, random.between(1, 50_000)),
		move(chart.business, 25, -random.between(100_000, 300_000)),
		...tax,
	];
}

/** Cuts a sum into parts that give it again to the cent. */
function split(random: Random, total: number, parts: number): number[] {
	let left = total;
	const cut = Array.from({ length: parts - 1 }, () => {
		const part = Math.round((total / parts) * (random.between(40, 160) / 100));
		left -= part;
		return part;
	});
	return [...cut, left];
}
