import type { PublishedRate } from '../../../db/rates/read';
import { isDay, plusDays, type Day } from '../../shared/dates';
import { parseAmount } from '../../shared/money';
import { isCurrency } from '../../shared/rate-banks';
import { excerpt } from '../../shared/text';

/** A line of a bank's file, or a plain item, without a valid rate. */
export interface RejectedLine {
	/** From 1, as an editor shows it; for items their index, from 0. */
	line: number;
	reason: string;
	content: string;
}

/** The content of a file. */
export interface ReadRates {
	rates: PublishedRate[];
	rejected: RejectedLine[];
}

// Also accepts a company's own currency in its CRM, whose rate can only be imported.
const CODE = /^[A-Z]{3}$/;

/**
 * Checks a rate. @returns it with its number as plain decimal text
 * @throws Error that says what is wrong
 */
export function checkedRate(given: PublishedRate, today: Day): PublishedRate {
	const { base, quote, date, rate } = given;
	for (const currency of [base, quote]) {
		if (!CODE.test(currency))
			throw new Error(`"${excerpt(currency, 20)}" is not a currency code of three letters.`);
	}
	if (base === quote) throw new Error(`The rate is from ${base} to itself.`);
	if (!isDay(date)) throw new Error(`"${excerpt(date, 40)}" is not a date as YYYY-MM-DD.`);
	if (date > plusDays(today, 1)) throw new Error(`The day ${date} is in the future.`);
	const amount = parseAmount(rate, 'rate');
	if (amount.lte(0)) throw new Error(`The rate ${excerpt(rate, 40)} is not above zero.`);
	return { ...given, rate: amount.toFixed() };
}

/** Adds a rate of a bank's file, or the reason why it is rejected. */
export function takeRate(
	into: ReadRates,
	given: PublishedRate,
	today: Day,
	place: Omit<RejectedLine, 'reason'>,
) {
	try {
		for (const one of [given.base, given.quote]) assertKnown(one);
		into.rates.push(checkedRate(given, today));
	} catch (error) {
		into.rejected.push({ ...place, reason: (error as Error).message });
	}
}

function assertKnown(currency: string): void {
	if (!isCurrency(currency))
		throw new Error(`"${excerpt(currency, 20)}" is not a currency code of ISO 4217.`);
}
