import { toAmount, parseAmount, plainText, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isBank, isOfResult } from './ledger-accounts';
import type { ResultLine } from './profit-and-loss';
import type { MonthRecord } from './shapes';

const TOLERANCE = toAmount('0.01');

/** By account, in lower case. */
type Activities = ReadonlyMap<string, Amount>;

/**
 * The month's activity of each account.
 * @throws Rejection where it is not known what the register means, or a figure cannot be read
 */
export function readActivities({ month, register }: MonthRecord): Activities {
	if (register.year === 'unclear') throw yearUnclear(month);
	if (register.year === 'refuted') throw refuted();
	return new Map(
		register.lines.map(({ Account, Activity }, index) => [
			Account.UID.toLowerCase(),
			parseAmount(Activity, `register.lines[${index}].Activity`),
		]),
	);
}

/** What came in less what went out: the sum over the accounts of money at a bank, inactive ones too. */
export function computeCashFlow({ accounts }: MonthRecord, activities: Activities): Amount {
	const banks = accounts.filter(isBank);
	return sumAmounts(banks.map(({ UID }) => activities.get(UID.toLowerCase()) ?? ZERO));
}

/**
 * Holds each account's figure in the profit and loss against the register: neither the sign of the one nor the years
 * of the other are documented.
 * @throws Rejection `sign_differs` or `register_differs` where they are more than a cent apart
 */
export function checkAgainstRegister(
	lines: readonly ResultLine[],
	record: MonthRecord,
	activities: Activities,
): void {
	// The register counts what is invoiced; a report on the cash basis is another one.
	if (record.basis === 'cash') return;
	const accounts = record.accounts.filter((account) => isOfResult(account) && !account.IsHeader);
	for (const account of accounts) {
		const own = lines.filter((line) => line.account === account);
		const total = sumAmounts(own.map((line) => line.total));
		const activity = activities.get(account.UID.toLowerCase()) ?? ZERO;
		if (isSame(total, activity)) continue;
		throw differs(account.Name ?? account.UID, total, activity, own[0]?.path ?? 'register');
	}
}

const isSame = (a: Amount, b: Amount): boolean => a.minus(b).abs().lte(TOLERANCE);

function differs(name: string, total: Amount, activity: Amount, path: string): Rejection {
	const isSign = isSame(total, activity.negated());
	const what = `The profit and loss report has ${plainText(total)} for "${excerpt(name)}", and the account register ${plainText(activity)}`;
	return isSign
		? new Rejection(
				'sign_differs',
				path,
				`${what}: it cannot be told which of the two has the sign that counts. Report it with this text.`,
			)
		: new Rejection(
				'register_differs',
				path,
				`${what}. Where something was booked between the two readings, the next sync puts it right; else report it with this text.`,
			);
}

function refuted(): Rejection {
	return new Rejection(
		'register_differs',
		'register.year',
		'The account register says something else than the profit and loss report on the accrual basis, so that no cash flow can be taken from it. ' +
			'Report it with this text; the month is read again with the next sync.',
	);
}

function yearUnclear(month: string): Rejection {
	return new Rejection(
		'register_year_unclear',
		'register.year',
		`The account register has other figures for ${month} by the financial year than by the calendar year, and no profit and loss report tells which it counts by. ` +
			'Report it with this text; the month is read again with the next sync.',
	);
}
