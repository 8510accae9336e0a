import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../core/clock';
import type { Fault, FaultQueue } from '../core/faults';
import { whole, type Delivery, type Reply, type SandboxRequest } from '../core/reply';
import type { RequestLog } from '../core/request-log';
import type { Admission, ApiCall, CallFacts, ServiceFacts } from './facts';
import { faultDelivery } from './fault-replies';
import { formOf, type OAuthService } from './oauth';
import type { ServiceSettings } from './settings';
import type { AccessCheck, Grant, TokenStore } from './tokens';

/** What a provider says to a request, and how it looks at one. */
interface Answers {
	answer(call: ApiCall): Reply | Promise<Reply>;
	callOf(request: SandboxRequest, grant: Grant | null): CallFacts;
	admit(call: ApiCall): Admission;
}

interface Parts {
	clock: Clock;
	facts: Pick<ServiceFacts<never, never>, 'oauth' | 'faults' | 'unauthorized'>;
	settings: () => ServiceSettings;
	tokens: TokenStore;
	oauth: OAuthService;
	faults: FaultQueue;
	log: RequestLog;
	answers: Answers;
}

/** What is known of a request while it is answered. */
interface Passage extends CallFacts {
	request: SandboxRequest;
	/** The provider's own address. */
	url: string;
	check: AccessCheck;
	grant: Grant | null;
	grantType: string | null;
	fault: Fault | undefined;
}

/** Leads a request through token, limits and faults to its answer, and notes it in the log. */
export class RequestHandler {
	constructor(private readonly parts: Parts) {}

	/** @param request with the path after the provider's prefix */
	async handle(request: SandboxRequest, url: string): Promise<Delivery> {
		const { facts, tokens, answers } = this.parts;
		const form = request.path === facts.oauth.tokenPath ? formOf(request) : null;
		const check = tokens.checkAccess(bearerOf(request));
		const caller = 'grant' in check ? check.grant : null;
		const grant = form ? tokens.grantOf(form.get('refresh_token') ?? '') : caller;
		const passage: Passage = {
			...{ request, url, check, grant, grantType: form?.get('grant_type') ?? null, fault: undefined },
			...answers.callOf(request, grant),
		};
		const delivery = await this.route(passage);
		this.note(passage, delivery);
		return delivery;
	}

	private async route(passage: Passage): Promise<Delivery> {
		const { request, url, check } = passage;
		const { clock, facts, oauth } = this.parts;
		const { authorizePath, tokenPath, revokePath } = facts.oauth;
		if ([authorizePath, tokenPath, revokePath].includes(request.path)) {
			return await this.faulty(passage, () => oauth.replyTo(request, url)!);
		}
		if ('refused' in check) return whole(facts.unauthorized(check.refused, clock.now()));
		return await this.apiCall(passage, { ...passage, grant: check.grant });
	}

	private async apiCall(passage: Passage, call: ApiCall): Promise<Delivery> {
		const { refusal, headers, release } = this.parts.answers.admit(call);
		if (refusal) return { ...whole(withHeaders(refusal, headers)), finished: release };
		try {
			const { reply, ...delivery } = await this.faulty(passage, async () => await this.slowly(call));
			// A call is in progress until its connection is done with it, also where no answer comes.
			return { ...delivery, reply: withHeaders(reply, headers), finished: release };
		} catch (error) {
			release?.();
			throw error;
		}
	}

	private async slowly(call: ApiCall): Promise<Reply> {
		const { latencyMs } = this.parts.settings();
		if (latencyMs > 0) await sleep(latencyMs);
		return await this.parts.answers.answer(call);
	}

	/** The true answer, or that of a fault which waits for this request. */
	private async faulty(passage: Passage, produce: () => Reply | Promise<Reply>): Promise<Delivery> {
		const { request, account, month, grant, url } = passage;
		const { clock, facts, faults } = this.parts;
		const { path, query, body } = request;
		const target = { path, query, body, accountId: account, consent: grant?.consent, month };
		passage.fault = faults.take(target);
		if (!passage.fault) return whole(await produce());
		const elsewhere = `${url.replace('127.0.0.1', 'localhost')}/elsewhere`;
		const context = { now: clock.now(), elsewhere };
		return await faultDelivery(passage.fault, facts.faults, async () => await produce(), context);
	}

	private note(passage: Passage, { reply, manner }: Delivery): void {
		const { request, grant, grantType, fault, account } = passage;
		this.parts.log.add({
			at: this.parts.clock.now().toISOString(),
			method: request.method,
			path: request.path,
			query: Object.fromEntries([...request.query].filter(([name]) => name !== 'code' && name !== 'state')),
			accountId: account ?? null,
			consent: grant?.consent ?? null,
			grantType,
			authorised: request.headers.authorization !== undefined,
			fault: fault?.kind ?? null,
			status: manner === 'hang' || manner === 'reset' ? 0 : reply.status,
		});
	}
}

/** Also the token of Pipedrive's own header, which is for tokens that a person made. */
function bearerOf({ headers }: SandboxRequest): string {
	const own = headers['x-api-token'];
	if (typeof own === 'string') return own;
	const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
	return scheme === 'Bearer' ? token : '';
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
	return { ...reply, headers: { ...headers, ...reply.headers } };
}
