import type { CalendarMonthsStream } from './definition';
import { dayAt, isMonthKey, monthAt, monthsBetween, plusMonths, type CalendarMonth } from './months';
import type { Reading, ReadingContext, ReadRecord } from './reading';

type Context = ReadingContext<CalendarMonthsStream>;

/** The running month and the 12 before; closed months are edited too, so all of them are read once a day. */
const MONTHS_BACK = 12;
/** What every later reading of the day reads besides the running month. */
const MONTHS_BACK_LATER = 2;

/** What was read: how far back at most, how far on, when all of it, and with which settings. */
interface MonthsState extends Record<string, unknown> {
	fullReadAt: string;
	readFrom: string;
	readThrough: string;
	variant: string;
}

/** Reads one record per calendar month of the account's time zone, oldest first. */
export async function* readCalendarMonths(context: Context): Reading {
	const startedAt = context.clock.now();
	const variant = context.stream.variant(context.metadata);
	const plan = planOf(context, startedAt, variant);
	const months = monthsBetween(plan.from, plan.through);
	for (const batch of batches(months, monthsAtOnce(context))) {
		yield* inOrder(batch.map((month) => readMonth(context, month, variant)));
	}
	const state: MonthsState = {
		fullReadAt: plan.full ? startedAt.toISOString() : String(context.state.fullReadAt),
		readFrom: plan.historyFrom,
		readThrough: plan.through,
		variant,
	};
	const warnings = months.length === 0 ? [nothingToRead(context, plan.from)] : [];
	return { state, hasMore: false, warnings };
}

interface Plan {
	from: string;
	through: string;
	/** The first month that was ever asked for. */
	historyFrom: string;
	/** Whether the closed months are read too, not only the latest. */
	full: boolean;
}

/** Which months are to be read, given what was read before. */
function planOf({ account, state, options }: Context, now: Date, variant: string): Plan {
	const through = monthAt(now, account.timezone);
	const usual = plusMonths(through, -MONTHS_BACK);
	const historyFrom = options.historyStart ?? usual;
	const complete = isComplete(state) && state.variant === variant && state.readFrom <= historyFrom;
	if (!complete) return { from: historyFrom, through, historyFrom, full: true };
	const full = !wasReadToday(state.fullReadAt, now, account.timezone);
	// After a pause longer than the usual stretch it goes on where it stopped, or the months between were lost.
	const back = earlier(full ? usual : plusMonths(through, -MONTHS_BACK_LATER), state.readThrough);
	const from = later(back, options.historyStart ?? back);
	return { from, through, historyFrom: from > state.readThrough ? from : state.readFrom, full };
}

function isComplete(state: Record<string, unknown>): state is MonthsState {
	const { fullReadAt, readFrom, readThrough } = state;
	return (
		!Number.isNaN(Date.parse(String(fullReadAt))) &&
		isMonthKey(String(readFrom)) &&
		isMonthKey(String(readThrough))
	);
}

// An instant ahead of our clock, set by a clock that was wrong, counts as long ago.
function wasReadToday(fullReadAt: string, now: Date, zone: string): boolean {
	const instant = new Date(fullReadAt);
	return instant <= now && dayAt(instant, zone) === dayAt(now, zone);
}

async function readMonth(
	{ api, account, stream, clock }: Context,
	month: CalendarMonth,
	variant: string,
): Promise<ReadRecord> {
	const replies = await Promise.all(
		stream.parts.map(async (part) => {
			const { path, what, scope, accept } = part;
			const query = part.query(month, variant);
			return [
				part.name,
				await api.get({ path, query, account, what: `${what} for ${month.key}`, scope, accept }),
			];
		}),
	);
	const record = { ...stream.head(month, variant), ...Object.fromEntries(replies) } as Record<
		string,
		unknown
	>;
	return { recordId: month.key, fetchedAt: clock.now().toISOString(), record };
}

/** Gives the results in order up to the first that failed. */
async function* inOrder<T>(work: Array<Promise<T>>): AsyncGenerator<T, void> {
	for (const result of await Promise.allSettled(work)) {
		if (result.status === 'rejected') throw result.reason;
		yield result.value;
	}
}

function monthsAtOnce({ concurrent, stream }: Context): number {
	return Math.max(1, Math.floor(concurrent / stream.parts.length));
}

function batches<T>(all: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
		all.slice(index * size, (index + 1) * size),
	);
}

function nothingToRead({ account }: Context, from: string): string {
	return `${account.name}: nothing was read, since History Start (${from}) lies in the future. Set it earlier.`;
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

const later = (a: string, b: string): string => (a > b ? a : b);
