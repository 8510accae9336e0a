import { isSameAmount, parseAmount, plainText, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isBank, isOfResult } from './ledger-accounts';
import type { ResultLine } from './profit-and-loss';
import type { MonthRecord } from './schemas';

/** By account id in lower case. */
type Activities = ReadonlyMap<string, Amount>;

/**
 * Reads each account's activity in the month.
 * @throws Rejection if the meaning of the register is unknown, or a figure cannot be read
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

/** Sums the activities of all bank accounts, including inactive ones. */
export function computeCashFlow({ accounts }: MonthRecord, activities: Activities): Amount {
	const banks = accounts.filter(isBank);
	return sumAmounts(banks.map(({ UID }) => activities.get(UID.toLowerCase()) ?? ZERO));
}

/**
 * Compares each account's figure in the profit and loss with the register, because neither the signs of the former nor
 * the years of the latter are documented.
 * @throws Rejection `sign_differs` or `register_differs` if they differ by more than a cent
 */
export function checkAgainstRegister(
	lines: readonly ResultLine[],
	record: MonthRecord,
	activities: Activities,
): void {
	// The register is on the accrual basis, so a report on the cash basis differs from it.
	if (record.basis === 'cash') return;
	const accounts = record.accounts.filter((account) => isOfResult(account) && !account.IsHeader);
	for (const account of accounts) {
		const own = lines.filter((line) => line.account === account);
		const total = sumAmounts(own.map((line) => line.total));
		const activity = activities.get(account.UID.toLowerCase()) ?? ZERO;
		if (isSameAmount(total, activity)) continue;
		throw differs(account.Name ?? account.UID, total, activity, own[0]?.path ?? 'register');
	}
}

function differs(name: string, total: Amount, activity: Amount, path: string): Rejection {
	const isSign = isSameAmount(total, activity.negated());
	const what = `The profit and loss report has ${plainText(total)} for "${excerpt(name)}", but the account register has ${plainText(activity)}`;
	return isSign
		? new Rejection(
				'sign_differs',
				path,
				`${what}. It is unclear which of the two has the right sign. Report it with this text.`,
			)
		: new Rejection(
				'register_differs',
				path,
				`${what}. If something was posted between the two reads, the next sync corrects it; otherwise report it with this text.`,
			);
}

function refuted(): Rejection {
	return new Rejection(
		'register_differs',
		'register.year',
		'The account register contradicts the profit and loss report on the accrual basis, so the cash flow cannot be taken from it. ' +
			'Report it with this text; the month is read again with the next sync.',
	);
}

function yearUnclear(month: string): Rejection {
	return new Rejection(
		'register_year_unclear',
		'register.year',
		`It is unclear which figures of the account register are those of ${month}: no profit and loss report on the accrual basis shows whether it counts by financial or by calendar years. ` +
			'Report it with this text; the month is read again with the next sync.',
	);
}
