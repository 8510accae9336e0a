import type { Fault } from '../core/faults';
import type { Reply, SandboxRequest } from '../core/reply';
import type { OAuthSettings } from './oauth-settings';
import type { ServiceConsent, ServiceSettings } from './settings';
import type { Grant } from './tokens';

/** A request of the API by somebody whose token is good. */
export interface ApiCall extends CallFacts {
	request: SandboxRequest;
	grant: Grant;
	/** The provider's own address: the sandbox's, with the prefix. */
	url: string;
}

/** What is known of a request before it is answered: faults are matched by it, and the log notes the account. */
export interface CallFacts {
	account?: string;
	/** `YYYY-MM`, where it asks for one. */
	month?: string;
}

/** Whether a call may go on, by the limits. */
export interface Admission {
	/** The refusal; undefined where it may go on. */
	refusal?: Reply;
	/** Goes with every reply, a refusal's too. */
	headers: Record<string, string>;
	/** Called when the connection has no more to do with the request. */
	release?: () => void;
}

export interface FaultReplyContext {
	now: Date;
	/** The headers that a fault's `retryAfter` asks for: none where it is null; `usual` where it says nothing. */
	waitHeaders(usual: Fault['retryAfter']): Record<string, string>;
	/** This sandbox under another host name: where a redirect leads that must not be followed. */
	elsewhere: string;
}

/** A reply in the place of the true one. */
export type FaultReply = (fault: Fault, context: FaultReplyContext) => Reply;

/** All that is fixed of a provider. */
export interface ServiceFacts<Consent extends ServiceConsent, Settings extends ServiceSettings> {
	/** Where it is mounted: `xero` alone stands at the root. */
	key: string;
	displayName: string;
	client: { readonly clientId: string; readonly clientSecret: string };
	/** The settings unless told. */
	settings: Readonly<Settings>;
	consents: ReadonlyMap<string, Consent>;
	oauth: OAuthSettings;
	/** The refusal of a token that has ended, or that nobody knows. */
	unauthorized(why: 'expired' | 'unknown', now: Date): Reply;
	faults: {
		/** The part of a path that a fault hits unless it names one; of a kind, where that differs. */
		path: string;
		paths?: Readonly<Record<string, string>>;
		/** `tooManyRequests`, `dayLimit` and `errorBody` in the provider's words, and kinds of its own. */
		replies: Readonly<Record<string, FaultReply>>;
		/** Kinds that give the true reply with another body. */
		rewritten?: Readonly<Record<string, (body: string) => string>>;
	};
}
