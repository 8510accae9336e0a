import { toDay } from '../../shared/months';
import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { listedDeals } from './deal-pages';
import { changedDeal, toMilliseconds } from './deal-items';
import type { DealSummary } from './replies';

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * After the first read, the list is read again every week for what searches miss: an association that changed without its
 * deal, or a deal that is not in the index. This limits the pages per run, so that other scans do not have to wait.
 */
const PAGES_A_RUN = 20;

/** Progress in the list of all deals. Instants are milliseconds since 1970. */
export interface ListCursor extends Cursor {
	/** Cursor of the page to resume from; null before and after a round. */
	after: string | null;
	/** When the first round began: where the search starts. */
	firstAt: number;
	/** When the last round was completed; null before that. */
	doneAt: number | null;
}

/** Lists all deals: for the first read, then for a slow reconciliation. */
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
	const onRestart = () => context.warn(`${context.account.name}: ${CURSOR_GONE}`);
	let page = 0;
	for await (const { deals, nameless, after } of listedDeals(context, { after: cursor.after, onRestart })) {
		const items = deals.filter((deal) => !endedBefore(deal, context)).map(changedDeal);
		yield { items, nameless, cursor: { ...cursor, after, doneAt: after === null ? now : cursor.doneAt } };
		if (++page === pages) return;
	}
}

/** Whether a deal was closed before the history start. */
function endedBefore({ properties }: DealSummary, { historyStart, account }: StreamContext): boolean {
	const closedAt = properties?.hs_is_closed === 'true' ? toMilliseconds(properties.closedate) : undefined;
	if (historyStart === undefined || closedAt === undefined) return false;
	return toDay(new Date(closedAt), account.timezone) < historyStart;
}

const CURSOR_GONE =
	'HubSpot no longer accepted the cursor of the list of deals, so the list was started again.';
