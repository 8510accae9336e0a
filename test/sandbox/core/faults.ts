/** What can be made to go wrong at every provider. `withReply` in the comments: the request has its effect, only the answer suffers. */
export const FAULT_KINDS = [
	/** Answers `status` (default 500), with `retryAfter` and `body` where given. */
	'status',
	/** The limit of a short while. `retryAfter`: seconds, `"date"` for an HTTP date 2 seconds ahead, null for none. */
	'tooManyRequests',
	/** 200 with a page of HTML. */
	'html',
	/** 200 with nothing in it. */
	'empty',
	/** 200 with the first half of the JSON, as a whole reply; withReply. */
	'truncatedJson',
	/** The connection ends in the middle of the body; withReply. */
	'cutConnection',
	/** The body comes in twenty pieces, `delayMs` apart (default 50); withReply. */
	'slowDrip',
	/** 200 with JSON of `megabytes` (default 300), packed to a thousandth of it. */
	'bomb',
	/** The reply comes after `delayMs` (default 1,000); withReply. */
	'delay',
	/** No answer, ever. */
	'hang',
	/** The connection is reset before anything happened. */
	'reset',
	/** It happened, then the connection was reset; withReply. */
	'lostReply',
	/** The true reply without the `record`; withReply. */
	'leftOut',
	/** The true reply with null in the place of the `record`; withReply. */
	'hole',
	/** The true reply with what `entry` makes of one entry of its list; withReply. */
	'oddEntry',
	/** 302 to `location` (default: the same port under another host name). */
	'redirect',
	/** 400s of the token endpoint. */
	'invalidGrant',
	'invalidClient',
] as const;

/** One of those, or one of the provider's own (`ServiceFacts.faults`). */
type FaultKind = (typeof FAULT_KINDS)[number] | (string & {});

/** A fault to come: it hits the next `count` requests that match everything given. */
export interface Fault {
	kind: FaultKind;
	/** Part of the path. Default: the token endpoint for its two kinds, else what the provider's facts say. */
	path?: string;
	accountId?: string;
	/** How the path ends, where a part of it is part of others too. */
	pathEnd?: string;
	/** The id of an entry, and what it becomes. */
	entry?: { id: string; becomes: (entry: Record<string, unknown>) => unknown };
	/** Only requests of this consent. */
	consent?: string;
	/** Only requests for this month, `YYYY-MM`. */
	month?: string;
	/** Only requests that name this record: in the path, in a list of the query, or among the ids of a batch. */
	record?: string;
	/** How many requests it hits (default 1). */
	count?: number | 'always';
	/** So many matching requests pass first. */
	skip?: number;
	status?: number;
	retryAfter?: number | 'date' | null;
	body?: string;
	delayMs?: number;
	megabytes?: number;
	location?: string;
}

/** What faults are matched by. */
export interface FaultTarget {
	path: string;
	accountId?: string;
	consent?: string;
	month?: string;
	query?: URLSearchParams;
	body?: string;
}

interface Waiting {
	fault: Fault;
	skip: number;
	left: number;
}

/** The part of a path that a kind of fault hits unless it names one; `usual` for all other kinds. */
export type FaultPaths = Readonly<Record<string, string>> & { usual: string };

/** The faults ordered, in the order they were asked for; the first that matches is taken. */
export class FaultQueue {
	private waiting: Waiting[] = [];

	constructor(
		readonly kinds: readonly string[],
		private readonly paths: FaultPaths,
	) {}

	/** @throws Error where the provider has no such fault */
	add(...faults: Fault[]): void {
		for (const fault of faults) {
			if (!this.kinds.includes(fault.kind)) {
				throw new Error(`There is no fault "${fault.kind}". There are: ${this.kinds.join(', ')}.`);
			}
			const left = fault.count === 'always' ? Infinity : (fault.count ?? 1);
			this.waiting.push({ fault, skip: fault.skip ?? 0, left });
		}
	}

	clear(): void {
		this.waiting = [];
	}

	/** Those that have not hit as often as they were to: empty when a test's faults all happened. */
	pending(): Fault[] {
		return this.waiting.map(({ fault }) => fault);
	}

	/** The fault for this request, counted down; undefined where it may go well. */
	take(target: FaultTarget): Fault | undefined {
		const found = this.waiting.find((one) => matches(one.fault, target, this.paths) && !passes(one));
		if (!found) return undefined;
		found.left -= 1;
		if (found.left <= 0) this.waiting = this.waiting.filter((one) => one !== found);
		return found.fault;
	}
}

function matches(fault: Fault, target: FaultTarget, paths: FaultPaths): boolean {
	const path = fault.path ?? paths[fault.kind] ?? paths.usual;
	const same = (wanted: string | undefined, actual: string | undefined): boolean =>
		wanted === undefined || wanted === actual;
	return (
		target.path.includes(path) &&
		(fault.pathEnd === undefined || target.path.endsWith(fault.pathEnd)) &&
		same(fault.accountId, target.accountId) &&
		same(fault.consent, target.consent) &&
		same(fault.month, target.month) &&
		(fault.record === undefined || names(target, fault.record))
	);
}

function names({ path, query, body = '' }: FaultTarget, record: string): boolean {
	const listed = [...(query?.values() ?? [])].flatMap((value) => value.split(','));
	return [...path.split('/'), ...listed].includes(record) || body.includes(`"${record}"`);
}

function passes(one: Waiting): boolean {
	one.skip -= 1;
	return one.skip >= 0;
}
