import type { PublishedRate } from '../../../db/rates/read';
import { isDay, plusDays, type Day } from '../../shared/dates';
import { parseAmount } from '../../shared/money';
import { isCurrency } from '../../shared/rate-banks';
import { excerpt } from '../../shared/text';

/** A line of a bank's file, or an item of the user's own, that gave no rate. */
export interface RefusedLine {
	/** From 1, as an editor shows it; of items their index, from 0. */
	line: number;
	reason: string;
	content: string;
}

/** What a file gave. */
export interface ReadRates {
	rates: PublishedRate[];
	refused: RefusedLine[];
}

// A company may keep a currency of its own in its CRM: its rate can only be imported.
const CODE = /^[A-Z]{3}$/;

/**
 * A rate that may be stored, its number as plain decimal text.
 * @throws Error that says what is wrong with it
 */
export function checkedRate(given: PublishedRate, today: Day): PublishedRate {
	const { base, quote, date, rate } = given;
	for (const currency of [base, quote]) {
		if (!CODE.test(currency))
			throw new Error(`"${excerpt(currency, 20)}" is no currency code of three letters.`);
	}
	if (base === quote) throw new Error(`The rate is from ${base} to itself.`);
	if (!isDay(date)) throw new Error(`"${excerpt(date, 40)}" is not a date as YYYY-MM-DD.`);
	if (date > plusDays(today, 1)) throw new Error(`The day ${date} has not come yet.`);
	const amount = parseAmount(rate, 'rate');
	if (amount.lte(0)) throw new Error(`The rate ${excerpt(rate, 40)} is not above zero.`);
	return { ...given, rate: amount.toFixed() };
}

/** Takes the rates of a bank's line, or notes why one of them cannot be used. */
export function takeRate(
	into: ReadRates,
	given: PublishedRate,
	today: Day,
	place: Omit<RefusedLine, 'reason'>,
) {
	try {
		for (const one of [given.base, given.quote]) assertKnown(one);
		into.rates.push(checkedRate(given, today));
	} catch (error) {
		into.refused.push({ ...place, reason: (error as Error).message });
	}
}

function assertKnown(currency: string): void {
	if (!isCurrency(currency)) throw new Error(`"${excerpt(currency, 20)}" is no currency code of ISO 4217.`);
}
