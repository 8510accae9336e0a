import { dayAt } from '../../engine/months';
import type { Mark, Page, Pass, StreamContext } from '../../engine/definition';
import { PageTrail } from '../../engine/page-trail';
import { changedDeal, msOf } from './page-of-deals';
import { paths } from './paths';
import { GLANCE_PROPERTIES } from './properties';
import { ask, demand, pageShape, type DealPage, type Glance } from './replies';

const PAGE_SIZE = 100;
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * After the first time the list is gone through again week by week, for what no search gave: an association that
 * changed without its deal, a deal that the index forgot. So many pages a run, so that nothing else has to wait.
 */
const PAGES_A_RUN = 20;

/** How far the list of all deals was read. Instants are milliseconds since 1970. */
export interface ListMark extends Mark {
	/** The cursor of the page to go on from; null before a round and after it. */
	after: string | null;
	/** When the very first round began: where the searches begin. */
	firstAt: number;
	/** When the last round was complete; null before the first. */
	doneAt: number | null;
}

/** All deals: the first read, and the slow reconciliation. */
export const listPass: Pass = {
	name: 'all',
	async *pages(context, mark) {
		if (context.range) return;
		const now = context.startedAt.getTime();
		const { after, firstAt, doneAt } = (mark as ListMark | undefined) ?? {
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
	mark: ListMark,
	pages: number,
	now: number,
): AsyncGenerator<Page, void> {
	let { after } = mark;
	const trail = listTrail(context);
	for (let page = 0; page < pages; page++) {
		const { results, paging } = await pageOf(context, after);
		after = paging?.next?.after ?? null;
		trail.follow(after);
		const items = results.filter((deal) => !endedBefore(deal, context)).map(changedDeal);
		yield { items, mark: { ...mark, after, doneAt: after === null ? now : mark.doneAt } };
		if (after === null) return;
	}
}

/** The page after a cursor. A cursor that HubSpot no longer takes begins the list again. */
async function pageOf(context: StreamContext, after: string | null): Promise<DealPage> {
	const page = after === null ? undefined : await ask(context.api, pageShape, listRequest(context, after));
	if (page) return page;
	if (after !== null) context.warn(`${context.account.name}: ${CURSOR_GONE}`);
	return await demand(context.api, pageShape, listRequest(context, null));
}

/** A million deals at a hundred to the page, twice over. */
const MOST_PAGES = 20_000;

/** Keeps a list of deals, or a search for them, from never ending. */
export function listTrail({ account }: StreamContext, what = 'the list of deals'): PageTrail {
	return new PageTrail({ provider: 'HubSpot', what, account: account.name, mostPages: MOST_PAGES });
}

/** A call for a page of the deals, or of those in the recycle bin. */
export function listRequest({ account }: StreamContext, after: string | null, archived = false) {
	return {
		path: paths.deals,
		query: {
			limit: String(PAGE_SIZE),
			properties: GLANCE_PROPERTIES.join(','),
			archived: String(archived),
			...(after !== null && { after }),
		},
		account,
		what: archived ? 'the list of deleted deals' : 'the list of deals',
		scope: 'crm.objects.deals.read',
		absent: ({ status }: { status: number }) => status === 400 && after !== null,
	};
}

/** Whether a deal was closed before the first day that matters to the operator. */
function endedBefore({ properties }: Glance, { historyStart, account }: StreamContext): boolean {
	const closedAt = properties?.hs_is_closed === 'true' ? msOf(properties.closedate) : undefined;
	if (historyStart === undefined || closedAt === undefined) return false;
	return dayAt(new Date(closedAt), account.timezone) < historyStart;
}

const CURSOR_GONE =
	'HubSpot no longer knew the place up to which the deals were listed, so the list was begun again.';
