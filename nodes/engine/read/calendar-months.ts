import { splitIntoBatches } from '../../shared/concurrency';
import {
	RejectedMonth,
	type CalendarMonthsStream,
	type HydratedRecord,
	type MonthPart,
	type MonthShares,
} from '../contract/stream';
import { asFailure } from '../contract/failure';
import {
	toDay,
	isMonthKey,
	toMonth,
	monthsBetween,
	plusMonths,
	type CalendarMonth,
} from '../../shared/months';
import type { Reading, ReadingContext } from './strategy';
import { RecordReading } from './record-reading';

type Context = ReadingContext<CalendarMonthsStream>;

/** The current month and the 12 before. Closed months are edited too, so all of them are read once a day. */
const MONTHS_BACK = 12;
/** How many months before the current one every later run of the day reads. */
const MONTHS_BACK_LATER = 2;

/** When all months were last read, the first and last month ever read, and the settings used. */
interface MonthsState extends Record<string, unknown> {
	fullReadAt: string;
	readFrom: string;
	readThrough: string;
	variant: string;
}

/** Reads one record per calendar month in the account's time zone, oldest first. */
export async function* readCalendarMonths(context: Context): Reading {
	const { stream, startedAt } = context;
	const variant = stream.variant(context.metadata);
	const plan = context.range ? planBackfill(context, context.range) : planMonths(context, startedAt, variant);
	const records = await RecordReading.begin(context);
	const months = [...monthsToAskAgain(records, plan.from), ...monthsBetween(plan.from, plan.through)];
	const shareOf: MonthShares = (await stream.prepare?.(context, months)) ?? (() => ({}));
	let begun = 0;
	for (const batch of splitIntoBatches(months, monthsAtOnce(context))) {
		context.noteMonth?.(begun + 1, months.length);
		begun += batch.length;
		const readEach = async (month: CalendarMonth) => await readMonth(context, month, variant, shareOf(month));
		for (const month of await Promise.all(batch.map(readEach))) if (month) yield* records.take(month);
	}
	yield* records.finishPage();
	const state: MonthsState = {
		fullReadAt: plan.full ? startedAt.toISOString() : String(context.state.fullReadAt),
		readFrom: plan.historyFrom,
		readThrough: plan.through,
		variant,
	};
	if (months.length === 0) context.warn(nothingToRead(context, plan.from));
	return { state, hasMore: false };
}

/** Months that could not be read earlier and lie before the planned ones. */
function monthsToAskAgain(records: RecordReading, from: string): CalendarMonth[] {
	const keys = records.takeDue().filter((key) => isMonthKey(key) && key < from);
	return keys.sort().flatMap((key) => monthsBetween(key, key));
}

interface Plan {
	from: string;
	through: string;
	/** The first month ever requested. */
	historyFrom: string;
	/** Whether all months are read, not only the latest. */
	full: boolean;
}

/** Chooses the months to read, given what was read before. */
function planMonths({ account, state, historyStartMonth }: Context, now: Date, variant: string): Plan {
	const through = toMonth(now, account.timezone);
	const usual = plusMonths(through, -MONTHS_BACK);
	const historyFrom = historyStartMonth ?? usual;
	const complete = isComplete(state) && state.variant === variant && state.readFrom <= historyFrom;
	if (!complete) return { from: historyFrom, through, historyFrom, full: true };
	const full = !wasReadToday(state.fullReadAt, now, account.timezone);
	// After a pause longer than the usual range, continue where the last run stopped: the months between would be missing.
	const back = earlier(full ? usual : plusMonths(through, -MONTHS_BACK_LATER), state.readThrough);
	const from = later(back, historyStartMonth ?? back);
	return { from, through, historyFrom: from > state.readThrough ? from : state.readFrom, full };
}

/** The months that a range of days touches, up to the current one. */
function planBackfill({ account, startedAt }: Context, { from, to }: { from: string; to: string }): Plan {
	const through = earlier(to.slice(0, 7), toMonth(startedAt, account.timezone));
	return { from: from.slice(0, 7), through, historyFrom: from.slice(0, 7), full: true };
}

function isComplete(state: Record<string, unknown>): state is MonthsState {
	const { fullReadAt, readFrom, readThrough } = state;
	return (
		!Number.isNaN(Date.parse(String(fullReadAt))) &&
		isMonthKey(String(readFrom)) &&
		isMonthKey(String(readThrough))
	);
}

// An instant in the future was written by a wrong clock and counts as long ago.
function wasReadToday(fullReadAt: string, now: Date, zone: string): boolean {
	const instant = new Date(fullReadAt);
	return instant <= now && toDay(instant, zone) === toDay(now, zone);
}

async function readMonth(
	context: Context,
	month: CalendarMonth,
	variant: string,
	share: ReturnType<MonthShares>,
): Promise<HydratedRecord | undefined> {
	if (share === undefined) return undefined;
	if (share instanceof RejectedMonth) return { recordId: month.key, rejected: share.reason };
	try {
		return { recordId: month.key, record: await composeMonth(context, month, variant, share) };
	} catch (error) {
		return { recordId: month.key, failure: asFailure(error) };
	}
}

async function composeMonth(
	context: Context,
	month: CalendarMonth,
	variant: string,
	share: Record<string, unknown>,
): Promise<Record<string, unknown>> {
	const { stream } = context;
	const replies = await Promise.all(
		stream.requests.map(async (part) => [part.name, await readPart(context, part, month, variant)] as const),
	);
	return { ...stream.base(month, variant), ...share, ...Object.fromEntries(replies) };
}

async function readPart(
	{ api, account }: Context,
	{ path, query, description, scope, isValid }: MonthPart,
	month: CalendarMonth,
	variant: string,
): Promise<unknown> {
	return await api.call({
		path: typeof path === 'function' ? path(account) : path,
		query: query(month, variant),
		account,
		description: `${description} for ${month.key}`,
		scope,
		isValid,
	});
}

function monthsAtOnce({ concurrent, stream }: Context): number {
	return Math.max(1, Math.floor(concurrent / Math.max(1, stream.requests.length)));
}

function nothingToRead({ account }: Context, from: string): string {
	return `${account.name}: nothing was read because History Start (${from}) is in the future. Choose an earlier month.`;
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

const later = (a: string, b: string): string => (a > b ? a : b);
