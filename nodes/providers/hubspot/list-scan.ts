import { toDay } from '../../shared/months';
import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { listedDeals } from './deal-pages';
import { changedDeal, toMilliseconds } from './page-of-deals';
import type { DealSummary } from './replies';

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * After the first time the list is gone through again week by week, for what no search gave: an association that
 * changed without its deal, a deal that the index forgot. So many pages a run, so that nothing else has to wait.
 */
const PAGES_A_RUN = 20;

/** How far the list of all deals was read. Instants are milliseconds since 1970. */
export interface ListCursor extends Cursor {
	/** The cursor of the page to go on from; null before a round and after it. */
	after: string | null;
	/** When the very first round began: where the searches begin. */
	firstAt: number;
	/** When the last round was complete; null before the first. */
	doneAt: number | null;
}

/** All deals: the first read, and the slow reconciliation. */
export const listScan: Scan = {
	name: 'all',
	async *pages(context, cursor) {
		if (context.range) return;
		const now = context.startedAt.getTime();
		const { after, firstAt, doneAt } = (cursor as ListCursor | undefined) ?? {
			after: null,
			firstAt: now,
			doneAt: null,
		};
		const between = after === null && doneAt !== null && doneAt <= now && now - doneAt < WEEK_MS;
		if (between) return;
		const pages = doneAt === null ? Infinity : PAGES_A_RUN;
		yield* listed(context, { after, firstAt, doneAt }, pages, now);
	},
};

async function* listed(
	context: StreamContext,
	cursor: ListCursor,
	pages: number,
	now: number,
): AsyncGenerator<Page, void> {
	const onBeginAnew = () => context.warn(`${context.account.name}: ${CURSOR_GONE}`);
	let page = 0;
	for await (const { deals, nameless, after } of listedDeals(context, { after: cursor.after, onBeginAnew })) {
		const items = deals.filter((deal) => !endedBefore(deal, context)).map(changedDeal);
		yield { items, nameless, cursor: { ...cursor, after, doneAt: after === null ? now : cursor.doneAt } };
		if (++page === pages) return;
	}
}

/** Whether a deal was closed before the first day that matters to the operator. */
function endedBefore({ properties }: DealSummary, { historyStart, account }: StreamContext): boolean {
	const closedAt = properties?.hs_is_closed === 'true' ? toMilliseconds(properties.closedate) : undefined;
	if (historyStart === undefined || closedAt === undefined) return false;
	return toDay(new Date(closedAt), account.timezone) < historyStart;
}

const CURSOR_GONE =
	'HubSpot no longer knew the place up to which the deals were listed, so the list was begun again.';
