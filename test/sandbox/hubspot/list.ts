import { jsonReply, type Reply } from '../core/reply';
import type { Portal } from './catalogue';
import type { DealStore } from './deal-store';
import { printedDeal } from './printed-deal';
import { problems } from './problems';
import type { HubSpotLimits } from './settings';

/** Longer addresses are refused at the edge. */
const MAX_ADDRESS = 15_000;

/** The list of deals, by id: 100 a page, 50 with a history. The cursor is the last id, and opaque to a client. */
export function listReply(
	query: URLSearchParams,
	portal: Portal,
	deals: DealStore,
	{ shortPages }: HubSpotLimits,
): Reply {
	if (query.toString().length > MAX_ADDRESS) return problems.tooLong();
	const asked = {
		properties: namesIn(query, 'properties'),
		propertiesWithHistory: namesIn(query, 'propertiesWithHistory'),
	};
	const limit = Number(query.get('limit') ?? 10);
	const most = asked.propertiesWithHistory.length > 0 ? 50 : 100;
	if (!(limit >= 1 && limit <= most)) return problems.invalid(`limit ${limit} is not from 1 to ${most}`);
	const cursor = /^(\d+)(x?)$/.exec(query.get('after') ?? '0');
	if (!cursor) return problems.invalid('after is no cursor of this list');
	const after = Number(cursor[1]);
	const archived = query.get('archived') === 'true';
	if (shortPages && cursor[2] === '' && after % 5 === 3) return pageReply([], `${after}x`);
	const size = shortPages && after % 2 === 1 ? Math.ceil(limit / 3) : limit;
	const ids = take(deals.idsAfter(after, archived), size + 1);
	const page = ids.slice(0, size).map((id) => printedDeal(deals.get(id)!, portal, asked));
	return pageReply(page, ids.length > size ? String(ids[size - 1]) : undefined);
}

function pageReply(results: unknown[], after: string | undefined): Reply {
	const link = `https://api.sandbox.invalid/next?after=${after}`;
	return jsonReply(200, { results, ...(after !== undefined && { paging: { next: { after, link } } }) });
}

function namesIn(query: URLSearchParams, name: string): string[] {
	return query
		.getAll(name)
		.flatMap((text) => text.split(','))
		.filter((one) => one !== '');
}

function take(ids: Iterable<number>, count: number): number[] {
	const taken: number[] = [];
	for (const id of ids) {
		taken.push(id);
		if (taken.length === count) break;
	}
	return taken;
}
