import type { PublishedRate } from '../../db/exchange-rates';
import { earlierDay, FIRST_DAY, laterDay, plusDays, type Day } from './dates';
import { amountOf, type Amount } from './money';

/** How many units of `to` one unit of `from` is worth in a period. */
export interface ConversionRate {
	/** 20 significant digits. */
	rate: Amount;
	/** The day of the newest published rate in it. */
	date: Day;
	/** Of how many daily rates it is the mean. */
	days: number;
	/** The period's mean, or, where none was published in it yet, the latest before it. */
	method: 'mean' | 'latest';
	/** As published, its reciprocal, or over a base that both have in common. */
	quotation: Quotation;
	source: string;
}

type Quotation = 'direct' | 'inverse' | 'cross';

export interface ConversionPeriod {
	from: string;
	to: string;
	firstDay: Day;
	lastDay: Day;
	/** Nothing published later counts. */
	today: Day;
	/** How old the newest rate may be, counted from the period's end or today, whichever is earlier. */
	maxAgeDays: number;
}

/** All daily rates from one currency to another that one source gives in one way. */
interface Route {
	quotation: Quotation;
	source: string;
	base: string;
	rates: ReadonlyMap<Day, Amount>;
}

const PREFERENCE: readonly Quotation[] = ['direct', 'inverse', 'cross'];
const SIGNIFICANT_DIGITS = 20;

/** The first and last day of which rates may be used for a period. */
export function daysLookedAt(period: Omit<ConversionPeriod, 'from' | 'to'>): { firstDay: Day; lastDay: Day } {
	const lastDay = laterDay(earlierDay(period.lastDay, period.today), FIRST_DAY);
	const firstDay = earlierDay(period.firstDay, plusDays(lastDay, -period.maxAgeDays));
	return { firstDay: laterDay(firstDay, FIRST_DAY), lastDay };
}

/** Converts by published daily rates. The same rates always give the same result, whatever their order. */
export class Conversion {
	/** By quote, then by source and base, the published rates by day. */
	private readonly published = new Map<string, Map<string, Series>>();
	private readonly routes = new Map<string, Route[]>();
	private readonly found = new Map<string, ConversionRate | undefined>();

	constructor(rates: readonly PublishedRate[]) {
		for (const rate of rates) this.add(rate);
	}

	/** The rate for a period's figures; undefined where no source has one that is recent enough. */
	rateFor(period: ConversionPeriod): ConversionRate | undefined {
		const { from, to, firstDay, maxAgeDays } = period;
		const { lastDay } = daysLookedAt(period);
		const key = [from, to, firstDay, lastDay, maxAgeDays].join();
		if (!this.found.has(key)) this.found.set(key, this.best(period, lastDay));
		return this.found.get(key);
	}

	private add({ base, quote, date, rate, source }: PublishedRate): void {
		const value = amountOf(rate);
		if (!value.isFinite() || value.lte(0)) return;
		const ofQuote = this.published.get(quote) ?? new Map<string, Series>();
		this.published.set(quote, ofQuote);
		const key = JSON.stringify([source, base]);
		const series = ofQuote.get(key) ?? { source, base, rates: new Map<Day, Amount>() };
		ofQuote.set(key, series);
		series.rates.set(date, value);
	}

	private best(
		{ from, to, firstDay, maxAgeDays }: ConversionPeriod,
		lastDay: Day,
	): ConversionRate | undefined {
		const oldest = plusDays(lastDay, -maxAgeDays);
		const usable = this.routesBetween(from, to)
			.map((route) => rateOn(route, firstDay, lastDay, oldest))
			.filter((rate) => rate !== undefined);
		// The sort is stable, and the routes come in a fixed order.
		return usable.sort(
			(a, b) => PREFERENCE.indexOf(a.quotation) - PREFERENCE.indexOf(b.quotation) || b.days - a.days,
		)[0];
	}

	private routesBetween(from: string, to: string): Route[] {
		const key = `${from}>${to}`;
		const known = this.routes.get(key);
		if (known) return known;
		const routes = [
			...this.directRoutes(from, to),
			...this.inverseRoutes(from, to),
			...this.crossRoutes(from, to),
		];
		routes.sort((a, b) => compare(a.source, b.source) || compare(a.base, b.base));
		this.routes.set(key, routes);
		return routes;
	}

	private directRoutes(from: string, to: string): Route[] {
		return this.seriesOf(to)
			.filter(({ base }) => base === from)
			.map((series) => ({ ...series, quotation: 'direct' }));
	}

	private inverseRoutes(from: string, to: string): Route[] {
		return this.directRoutes(to, from).map((route) => ({
			...route,
			quotation: 'inverse',
			rates: mapValues(route.rates, (rate) => amountOf('1').div(rate)),
		}));
	}

	private crossRoutes(from: string, to: string): Route[] {
		const targets = this.published.get(to);
		return [...(this.published.get(from) ?? [])].flatMap(([key, { source, base, rates }]) => {
			const target = targets?.get(key)?.rates;
			if (!target) return [];
			const both = new Map([...rates].filter(([day]) => target.has(day)));
			return [
				{
					source,
					base,
					quotation: 'cross',
					rates: mapValues(both, (rate, day) => target.get(day)!.div(rate)),
				},
			];
		});
	}

	private seriesOf(quote: string): Series[] {
		return [...(this.published.get(quote)?.values() ?? [])];
	}
}

interface Series {
	source: string;
	base: string;
	rates: Map<Day, Amount>;
}

function rateOn(route: Route, firstDay: Day, lastDay: Day, oldest: Day): ConversionRate | undefined {
	const { quotation, source, rates } = route;
	const past = [...rates.keys()].filter((day) => day <= lastDay).sort();
	const date = past.at(-1);
	if (date === undefined || date < oldest) return undefined;
	const within = past.filter((day) => day >= firstDay);
	const method = within.length > 0 ? 'mean' : 'latest';
	const days = within.length > 0 ? within : [date];
	const rate = meanOf(days.map((day) => rates.get(day)!)).toSignificantDigits(SIGNIFICANT_DIGITS);
	return { rate, date, days: days.length, method, quotation, source };
}

function meanOf(rates: Amount[]): Amount {
	return rates.reduce((sum, rate) => sum.plus(rate)).div(rates.length);
}

function mapValues(
	rates: ReadonlyMap<Day, Amount>,
	change: (rate: Amount, day: Day) => Amount,
): Map<Day, Amount> {
	return new Map([...rates].map(([day, rate]) => [day, change(rate, day)]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
