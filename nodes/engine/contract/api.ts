import type { FailureClass } from '../../shared/failure-classes';
import type { CallPlace } from './failure';

/**
 * What a reply means. `retry` tries again after a backoff, `wait` after the time that the reply asks for, `refresh`
 * once with a new token. If that does not help, or at once with `fail`, it is a failure of `class`.
 */
export interface ResponseRule {
	status: readonly [from: number, through: number];
	path?: RegExp;
	body?: RegExp;
	header?: { name: string; matches: RegExp };
	action: 'retry' | 'wait' | 'refresh' | 'fail';
	class: FailureClass;
	/** Whether it affects all requests alike, such as a missing scope: then no single record is blamed for it. */
	ofEveryCall?: true;
	/** What happened. */
	message(place: CallPlace): string;
	/** What to do about it. */
	hint: string | ((place: CallPlace) => string);
	/** For `rate_limited`: how long to make no request if the reply does not say, in milliseconds. */
	cooldownMs?: number;
	/** The headers that state the wait; by default those of the provider. */
	waitHeaders?: readonly string[];
	/** For `wait`: the first wait if the reply does not say, in milliseconds; it doubles with each attempt. */
	initialBackoffMs?: number;
}

/** An account as requests and messages name it. */
export interface AccountReference {
	id: string;
	name: string;
}

export interface ApiRequest {
	/** GET by default. */
	method?: 'GET' | 'POST' | 'DELETE';
	/** Relative to the API's address. A link from a reply goes through `resolveLink` first. */
	path: string;
	query?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent form-encoded. */
	form?: Readonly<Record<string, string>>;
	account?: AccountReference;
	description: string;
	/** The scope that the request needs, for the message if it is missing. */
	scope?: string;
	/** What it costs of the daily limit; 1 by default. */
	cost?: number;
	/** It also counts towards the limits of this group. */
	group?: string;
	/** Do not retry after an outage: the same was already retried as part of a batch. */
	once?: boolean;
	/** Whether a reply is what was requested. A 200 that is something else is retried like an outage. */
	isValid(json: unknown): boolean;
	/** Whether an error reply means that the object does not exist: then the call returns undefined. */
	isNotFound?(reply: { status: number; body: string }): boolean;
}

/** The provider's API as definitions and reading strategies use it; limits, retries and tokens are handled. */
export interface ProviderApi {
	/**
	 * The reply's JSON; undefined if `isNotFound` says so, null if the reply has no content (204).
	 * @throws ReadFailure if there is no usable reply
	 */
	call(request: ApiRequest): Promise<unknown>;
	/**
	 * Turns a link from a reply into the path and query of a request.
	 * @throws ReadFailure if it leads to a host that is neither the API's own nor the provider's
	 */
	resolveLink(link: string): Pick<ApiRequest, 'path' | 'query'>;
}
