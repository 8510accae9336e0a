/** What can be made to go wrong. `withReply` in the comments: the request has its effect, only the answer suffers. */
export const FAULT_KINDS = [
	/** Answers `status` (default 500), with `retryAfter` and `body` where given. */
	'status',
	/** 429 of the minute's limit. `retryAfter`: seconds, `"date"` for an HTTP date 2 seconds ahead, null for none (default 1). */
	'tooManyRequests',
	/** 429 of the day's limit, hours to wait. */
	'dayLimit',
	/** 200 with a page of HTML. */
	'html',
	/** 200 with the first half of the JSON, as a whole reply; withReply. */
	'truncatedJson',
	/** The connection ends in the middle of the body; withReply. */
	'cutConnection',
	/** 200 whose body says that something failed. */
	'errorBody',
	/** The body comes in twenty pieces, `delayMs` apart (default 50); withReply. */
	'slowDrip',
	/** The reply comes after `delayMs` (default 1,000); withReply. */
	'delay',
	/** No answer, ever. */
	'hang',
	/** The connection is reset before anything happened. */
	'reset',
	/** It happened, then the connection was reset; withReply. */
	'lostReply',
	/** 302 to `location` (default: the same port under another host name). */
	'redirect',
	/** 401s and 403s as Xero words them. */
	'tokenExpired',
	'authenticationUnsuccessful',
	'authorizationUnsuccessful',
	'reportsForbidden',
	'organisationGone',
	/** 400s of the token endpoint. */
	'invalidGrant',
	'invalidClient',
	/** The true body with fields no one has heard of, without `Reports`/`Organisations`, or with numbers for strings. */
	'unknownFields',
	'fieldsRemoved',
	'fieldTypesChanged',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault to come: it hits the next `count` requests that match everything given. */
export interface Fault {
	kind: FaultKind;
	/** Part of the path. Default: the token endpoint for its two kinds, `/Reports/` for reportsForbidden, else `/api.xro/`. */
	path?: string;
	organisationId?: string;
	/** Only requests of this consent. */
	consent?: string;
	/** Only requests whose fromDate lies in this month, `YYYY-MM`. */
	month?: string;
	/** How many requests it hits (default 1). */
	count?: number | 'always';
	/** So many matching requests pass first. */
	skip?: number;
	status?: number;
	retryAfter?: number | 'date' | null;
	body?: string;
	delayMs?: number;
	location?: string;
}

/** What faults are matched by. */
export interface FaultTarget {
	path: string;
	organisationId?: string;
	consent?: string;
	month?: string;
}

interface Waiting {
	fault: Fault;
	skip: number;
	left: number;
}

const DEFAULT_PATHS: Partial<Record<FaultKind, string>> = {
	invalidGrant: '/connect/token',
	invalidClient: '/connect/token',
	reportsForbidden: '/Reports/',
};

/** The faults ordered, in the order they were asked for; the first that matches is taken. */
export class FaultQueue {
	private waiting: Waiting[] = [];

	add(...faults: Fault[]): void {
		for (const fault of faults) {
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
		const found = this.waiting.find((one) => matches(one.fault, target) && !passes(one));
		if (!found) return undefined;
		found.left -= 1;
		if (found.left <= 0) this.waiting = this.waiting.filter((one) => one !== found);
		return found.fault;
	}
}

function matches(fault: Fault, target: FaultTarget): boolean {
	const path = fault.path ?? DEFAULT_PATHS[fault.kind] ?? '/api.xro/';
	const same = (wanted: string | undefined, actual: string | undefined): boolean =>
		wanted === undefined || wanted === actual;
	return (
		target.path.includes(path) &&
		same(fault.organisationId, target.organisationId) &&
		same(fault.consent, target.consent) &&
		same(fault.month, target.month)
	);
}

function passes(one: Waiting): boolean {
	one.skip -= 1;
	return one.skip >= 0;
}
