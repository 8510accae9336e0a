import type { FailureClass } from '../../shared/messages';
import type { CallPlace } from './failure';

/**
 * What a reply means. `retry` tries again after a backoff, `wait` after the time that the reply asks for, `refresh`
 * with a new token, once; where that has not helped, and with `fail` at once, it is a failure of the class.
 */
export interface ResponseRule {
	status: readonly [from: number, through: number];
	path?: RegExp;
	body?: RegExp;
	header?: { name: string; matches: RegExp };
	action: 'retry' | 'wait' | 'refresh' | 'fail';
	class: FailureClass;
	/** Whether it concerns all calls alike, as a missing scope does: then no record is blamed for it. */
	ofEveryCall?: true;
	message(place: CallPlace): string;
	/** For `rate_limited`: how long to stay away where the reply does not say, in milliseconds. */
	cooldownMs?: number;
	/** Where such a reply says how long to stay away; those of the provider unless told. */
	waitHeaders?: readonly string[];
	/** For `wait`: the first pause where the reply does not say, in milliseconds; it doubles. */
	initialBackoffMs?: number;
}

/** An account as calls and messages name it. */
export interface AccountReference {
	id: string;
	name: string;
}

export interface ApiRequest {
	/** GET unless told. */
	method?: 'GET' | 'POST';
	/** Below the API's address. A link that a reply gave goes through `pathIn` first. */
	path: string;
	query?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent form-encoded. */
	form?: Readonly<Record<string, string>>;
	account?: AccountReference;
	description: string;
	/** The scope that the call needs, for the message where it is missing. */
	scope?: string;
	/** What it takes of the day's limit; 1 unless told. */
	cost?: number;
	/** The windows of this group count it too. */
	group?: string;
	/** Is not tried again after an outage: the same was tried several times, as part of a batch. */
	once?: boolean;
	/** Whether a reply is what was asked for. A 200 that is something else is tried again like an outage. */
	isValid(json: unknown): boolean;
	/** Whether a refusal means that there is no such thing: then the call gives undefined. */
	isNotFound?(reply: { status: number; body: string }): boolean;
}

/** The provider's API as definitions and reading strategies see it: limits, retries and tokens are taken care of. */
export interface ProviderApi {
	/**
	 * The reply's JSON; undefined where `absent` says so.
	 * @throws ReadFailure where the answer cannot be had
	 */
	call(request: ApiRequest): Promise<unknown>;
	/**
	 * A link out of a reply as path and query of a request.
	 * @throws ReadFailure where it leads to a host that is neither the API's own nor the provider's
	 */
	resolveLink(link: string): Pick<ApiRequest, 'path' | 'query'>;
}
