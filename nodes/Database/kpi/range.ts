import type { IExecuteFunctions } from 'n8n-workflow';
import { DateTime, type DurationLike } from 'luxon';

import { ExplainedError } from '../../../db/postgres/explained-error';
import type { Bucket } from '../../../db/readers/kpi-request';

export interface Range {
	/** Days, `YYYY-MM-DD`. */
	from: string;
	to: string;
}

/** How many periods are shown if From is empty, including the one that contains To. */
const DEFAULT_LENGTHS: Record<Bucket, DurationLike> = {
	day: { days: 30 },
	week: { weeks: 11 },
	month: { months: 11 },
	quarter: { quarters: 7 },
	year: { years: 4 },
};

/**
 * The days in the fields From and To of an item. An empty To is today, an empty From some periods before it. A month,
 * `YYYY-MM`, is taken as its first day in From and its last in To.
 * @throws Error if one of them is no day
 */
export function readRange(context: IExecuteFunctions, item: number, bucket: Bucket): Range {
	const to = readDay(context, item, 'to') ?? DateTime.utc();
	const from = readDay(context, item, 'from') ?? to.minus(DEFAULT_LENGTHS[bucket]);
	return { from: from.toISODate()!, to: to.toISODate()! };
}

function readDay(context: IExecuteFunctions, item: number, name: 'from' | 'to'): DateTime | undefined {
	const text = String(context.getNodeParameter(name, item, '') ?? '').trim();
	if (!text) return undefined;
	const isMonth = /^\d{4}-\d{2}$/.test(text);
	const day = DateTime.fromFormat(isMonth ? `${text}-01` : text.slice(0, 10), 'yyyy-MM-dd', { zone: 'utc' });
	if (day.isValid) return isMonth && name === 'to' ? day.endOf('month') : day;
	const label = name === 'from' ? 'From' : 'To';
	throw new ExplainedError(
		`${label} "${text.slice(0, 40)}" is not a day.`,
		'Write it as YYYY-MM-DD, or YYYY-MM for a whole month.',
	);
}
