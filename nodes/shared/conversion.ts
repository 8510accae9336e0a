import type { PublishedRate, PublishedSpan } from '../../db/rates/read';
import { earlierDay, FIRST_DAY, laterDay, plusDays, type Day } from './dates';
import { EURO, fixedRateOn } from './euro-rates';
import { toAmount, type Amount } from './money';

/** How many units of `to` one unit of `from` is worth in a period. */
export interface ConversionRate {
	/** 20 significant digits. */
	rate: Amount;
	/** The day of the newest published rate in it. */
	date: Day;
	/** The number of daily rates in the mean. */
	days: number;
	/** The mean of the period's rates, or the latest rate before it if none was published in it yet. */
	method: 'mean' | 'latest';
	/**
	 * `direct` as published, `inverse` its reciprocal, `cross` over a common base of one source, `joined` over a common
	 * base of two sources, `fixed` by the fixed rate of a currency that the euro replaced.
	 */
	quotation: Quotation;
	source: string;
}

type Quotation = 'direct' | 'inverse' | 'cross' | 'joined' | 'fixed';

export interface ConversionPeriod {
	from: string;
	to: string;
	firstDay: Day;
	lastDay: Day;
	/** Rates published later are not used. */
	today: Day;
	/** The maximum age of the newest rate, counted from the period's end or today, whichever is earlier. */
	maxAgeDays: number;
}

/** All daily rates from one currency to another from one source and by one kind of quotation. */
interface Route {
	quotation: Quotation;
	source: string;
	base: string;
	rates: ReadonlyMap<Day, Amount>;
}

const PREFERENCE: readonly Quotation[] = ['direct', 'inverse', 'cross', 'joined'];
/** The `source` of the fixed rates of currencies that the euro replaced. */
const FIXED_SOURCE = 'eu';
const SIGNIFICANT_DIGITS = 20;

/** The first and last day whose rates may be used for a period. */
export function getLookupDays(period: Omit<ConversionPeriod, 'from' | 'to'>): {
	firstDay: Day;
	lastDay: Day;
} {
	const lastDay = laterDay(earlierDay(period.lastDay, period.today), FIRST_DAY);
	const firstDay = earlierDay(period.firstDay, plusDays(lastDay, -period.maxAgeDays));
	return { firstDay: laterDay(firstDay, FIRST_DAY), lastDay };
}

/** Converts with published daily rates. The result does not depend on the order of the rates. */
export class Conversion {
	/** The published rates by quote currency, then by source and base. */
	private readonly published = new Map<string, Map<string, Series>>();
	private readonly routes = new Map<string, Route[]>();
	private readonly found = new Map<string, ConversionRate | undefined>();

	constructor(
		rates: readonly PublishedRate[],
		private readonly spans: readonly PublishedSpan[] = [],
	) {
		for (const rate of rates) this.add(rate);
	}

	/** The rate for a period's figures; undefined if no source has one that is recent enough. */
	findRate(period: ConversionPeriod): ConversionRate | undefined {
		const { from, to, firstDay, maxAgeDays } = period;
		const { lastDay } = getLookupDays(period);
		const key = [from, to, firstDay, lastDay, maxAgeDays].join();
		if (!this.found.has(key)) this.found.set(key, this.fixed(period) ?? this.best(period, lastDay));
		return this.found.get(key);
	}

	/** Up to which day each source has published rates of a currency, as given to the constructor. */
	publishedSpans(currency: string): PublishedSpan[] {
		return this.spans.filter((one) => one.currency === currency);
	}

	/** Converts over the euro if it replaced one or both currencies for the whole period. */
	private fixed(period: ConversionPeriod): ConversionRate | undefined {
		const { from, to } = period;
		// A deal's close date may be in the future: then today counts.
		const firstDay = earlierDay(period.firstDay, getLookupDays(period).lastDay);
		const [ofFrom, ofTo] = [fixedRateOn(from, firstDay)?.rate, fixedRateOn(to, firstDay)?.rate];
		if (!ofFrom && !ofTo) return undefined;
		const [left, right] = [ofFrom ? EURO : from, ofTo ? EURO : to];
		const euro = left === right ? undefined : this.findRate({ ...period, from: left, to: right });
		if (left !== right && !euro) return undefined;
		const rate = (euro?.rate ?? ONE)
			.times(ofTo ?? ONE)
			.div(ofFrom ?? ONE)
			.toSignificantDigits(SIGNIFICANT_DIGITS);
		const unaged = { date: firstDay, days: 1, method: 'latest', source: FIXED_SOURCE } as const;
		return { ...(euro ?? unaged), rate, quotation: 'fixed' };
	}

	private add({ base, quote, date, rate, source }: PublishedRate): void {
		const value = toAmount(rate);
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
		return this.listSeries(to)
			.filter(({ base }) => base === from)
			.map((series) => ({ ...series, quotation: 'direct' }));
	}

	private inverseRoutes(from: string, to: string): Route[] {
		return this.directRoutes(to, from).map((route) => ({
			...route,
			quotation: 'inverse',
			rates: mapValues(route.rates, (rate) => ONE.div(rate)),
		}));
	}

	/** Converts over each base for which both rates are known, even from different sources. */
	private crossRoutes(from: string, to: string): Route[] {
		const targets = this.listLegs(to);
		return this.listLegs(from).flatMap((leg) =>
			targets
				.filter(({ base }) => base === leg.base && base !== from && base !== to)
				.map((target) => joined(leg, target)),
		);
	}

	/** For each base, how many units of the currency one unit of the base is worth. */
	private listLegs(currency: string): Leg[] {
		const published = this.listSeries(currency).map((series) => ({ ...series, isPublished: true }));
		const inverse = [...this.published].flatMap(([quote, ofQuote]) =>
			[...ofQuote.values()]
				.filter(({ base }) => base === currency)
				.map(({ source, rates }) => ({
					source,
					base: quote,
					isPublished: false,
					rates: mapValues(rates, (rate) => ONE.div(rate)),
				})),
		);
		return [...published, ...inverse];
	}

	private listSeries(quote: string): Series[] {
		return [...(this.published.get(quote)?.values() ?? [])];
	}
}

interface Series {
	source: string;
	base: string;
	rates: Map<Day, Amount>;
}

interface Leg extends Series {
	/** As published by its source, not the reciprocal. */
	isPublished: boolean;
}

function joined(leg: Leg, target: Leg): Route {
	const both = new Map([...leg.rates].filter(([day]) => target.rates.has(day)));
	const isOne = leg.source === target.source && leg.isPublished && target.isPublished;
	return {
		source: leg.source === target.source ? leg.source : `${leg.source}+${target.source}`,
		base: leg.base,
		quotation: isOne ? 'cross' : 'joined',
		rates: mapValues(both, (rate, day) => target.rates.get(day)!.div(rate)),
	};
}

const ONE = toAmount('1');

function rateOn(route: Route, firstDay: Day, lastDay: Day, oldest: Day): ConversionRate | undefined {
	const { quotation, source, rates } = route;
	const past = [...rates.keys()].filter((day) => day <= lastDay).sort();
	const date = past.at(-1);
	if (date === undefined || date < oldest) return undefined;
	const within = past.filter((day) => day >= firstDay);
	const method = within.length > 0 ? 'mean' : 'latest';
	const days = within.length > 0 ? within : [date];
	const rate = computeMean(days.map((day) => rates.get(day)!)).toSignificantDigits(SIGNIFICANT_DIGITS);
	return { rate, date, days: days.length, method, quotation, source };
}

function computeMean(rates: Amount[]): Amount {
	return rates.reduce((sum, rate) => sum.plus(rate)).div(rates.length);
}

function mapValues(
	rates: ReadonlyMap<Day, Amount>,
	change: (rate: Amount, day: Day) => Amount,
): Map<Day, Amount> {
	return new Map([...rates].map(([day, rate]) => [day, change(rate, day)]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
