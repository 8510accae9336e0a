import { createHmac } from 'node:crypto';

import type { Clock } from '../core/clock';
import { jsonReply, type Reply } from '../core/reply';
import { problems } from './problems';

/** Larger lists are refused where no limit is given. */
const MAX_WITHOUT_LIMIT = 100;

export interface PageRequest {
	path: string;
	query: URLSearchParams;
	/** How long the token of the next page is good. */
	offsetSeconds: number;
}

interface Offset {
	/** The query that it belongs to. */
	list: string;
	start: number;
	diesAt: number;
}

/** The tokens that lead from page to page. They say nothing, and die soon. */
export class Pager {
	private readonly offsets = new Map<string, Offset>();

	private issued = 0;

	constructor(private readonly clock: Clock) {}

	/** A page of a list as it stands now: what was put in or taken out before its place moves entries between pages. */
	page<T>(all: readonly T[], request: PageRequest, shown: (entry: T) => unknown): Reply {
		const limit = limitOf(request.query);
		if (limit === 'wrong') return problems.badRequest('limit: Must be between 1 and 100');
		if (limit === undefined) {
			if (all.length > MAX_WITHOUT_LIMIT) return problems.tooLarge();
			return jsonReply(200, { data: all.map(shown) });
		}
		const start = this.startOf(request);
		if (typeof start !== 'number') return start;
		const end = start + limit;
		const next = end < all.length ? this.next(request, end) : null;
		return jsonReply(200, { data: all.slice(start, end).map(shown), next_page: next });
	}

	/** Lets every token end now, as time would. */
	expire(): void {
		for (const offset of this.offsets.values()) offset.diesAt = this.clock.elapsed();
	}

	private startOf(request: PageRequest): number | Reply {
		const token = request.query.get('offset');
		if (token === null) return 0;
		const known = this.offsets.get(token);
		if (!known || known.list !== listOf(request)) return problems.offsetInvalid();
		return known.diesAt > this.clock.elapsed() ? known.start : problems.offsetExpired();
	}

	private next(request: PageRequest, start: number) {
		const list = listOf(request);
		const head = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString('base64url');
		const signature = createHmac('sha256', 'made-up-paging-key')
			.update(`${++this.issued}`)
			.digest('base64url');
		const offset = `${head}.${signature}`;
		const diesAt = this.clock.elapsed() + request.offsetSeconds * 1000;
		this.offsets.set(offset, { list, start, diesAt });
		const path = `${list}&offset=${offset}`;
		return { offset, path, uri: `https://app.asana.com/api/1.0${path}` };
	}
}

function limitOf(query: URLSearchParams): number | undefined | 'wrong' {
	const text = query.get('limit');
	if (text === null) return undefined;
	const limit = Number(text);
	return Number.isInteger(limit) && limit >= 1 && limit <= 100 ? limit : 'wrong';
}

/** The request without its place in the list. */
function listOf({ path, query }: PageRequest): string {
	const rest = new URLSearchParams([...query].filter(([name]) => name !== 'offset').sort());
	return `${path}?${rest.toString()}`;
}
