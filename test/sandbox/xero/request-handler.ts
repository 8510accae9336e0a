import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../clock';
import type { Fault, FaultQueue } from '../faults';
import { jsonReply, whole, type Delivery, type Reply, type SandboxRequest } from '../reply';
import type { RequestLog } from '../request-log';
import { apiReply } from './api';
import type { ConnectionBook } from './connections';
import { faultDelivery } from './fault-replies';
import type { Ledger } from './ledger';
import type { Admission, LimitBook } from './limits';
import { formOf, type OAuthService } from './oauth';
import { problems } from './problems';
import type { XeroLimits } from './settings';
import type { Grant, TokenStore } from './tokens';

interface Parts {
	clock: Clock;
	limits: () => XeroLimits;
	oauth: OAuthService;
	tokens: TokenStore;
	connections: ConnectionBook;
	faults: FaultQueue;
	log: RequestLog;
	ledgers: Map<string, Ledger>;
	limitBook: LimitBook;
}

/** What is known of a request while it is answered. */
interface Call {
	request: SandboxRequest;
	/** The sandbox's own address. */
	url: string;
	organisationId: string | undefined;
	grant: Grant | null;
	grantType: string | null;
	fault: Fault | undefined;
}

/** Leads a request through token, organisation, limits and faults to its answer, and notes it in the log. */
export class RequestHandler {
	constructor(private readonly parts: Parts) {}

	async handle(request: SandboxRequest, url: string): Promise<Delivery> {
		const form = request.path === '/identity/connect/token' ? formOf(request) : null;
		const call: Call = {
			request,
			url,
			organisationId: request.headers['xero-tenant-id']?.toString(),
			grant: form ? this.parts.tokens.grantOf(form.get('refresh_token') ?? '') : null,
			grantType: form?.get('grant_type') ?? null,
			fault: undefined,
		};
		const delivery = await this.route(call);
		this.note(call, delivery);
		return delivery;
	}

	private route(call: Call): Promise<Delivery> {
		const { request } = call;
		const { oauth } = this.parts;
		if (request.path === '/identity/connect/authorize')
			return this.faulty(call, () => oauth.authorize(request));
		if (request.path === '/identity/connect/token') return this.faulty(call, () => oauth.token(request));
		if (request.path === '/identity/connect/revocation')
			return this.faulty(call, () => oauth.revoke(request));
		return this.withToken(call);
	}

	private async withToken(call: Call): Promise<Delivery> {
		const [scheme, token = ''] = (call.request.headers.authorization ?? '').split(' ');
		const check =
			scheme === 'Bearer' ? this.parts.tokens.checkAccess(token) : { refused: 'unknown' as const };
		if ('refused' in check) {
			if (check.refused === 'unknown') return whole(problems.authenticationUnsuccessful());
			return whole(problems.tokenExpired(this.parts.clock.now()));
		}
		call.grant = check.grant;
		const { user } = check.grant;
		if (call.request.path.startsWith('/connections'))
			return this.faulty(call, () => this.connections(call, user));
		return await this.organisationCall(call, check.grant);
	}

	private connections({ request }: Call, user: string): Reply {
		const { connections } = this.parts;
		if (request.path === '/connections' && request.method === 'GET') {
			return jsonReply(200, connections.list(user, request.query.get('authEventId')));
		}
		const id = /^\/connections\/([^/]+)$/.exec(request.path)?.[1];
		const removed = request.method === 'DELETE' && id !== undefined && connections.remove(user, id);
		return removed ? { status: 204, headers: {}, body: '' } : problems.notFound();
	}

	private async organisationCall(call: Call, grant: Grant): Promise<Delivery> {
		const { connections, ledgers, limitBook, clock } = this.parts;
		const ledger = ledgers.get(call.organisationId ?? '');
		if (!ledger || !connections.reaches(grant.user, ledger.organisation.id)) {
			return whole(problems.organisationGone());
		}
		const admission = limitBook.admit(ledger.organisation.id);
		if (admission.problem) return whole(problems.tooManyRequests(admission.headers));
		try {
			const delivery = await this.faulty(call, () => this.slowly(call.request, ledger, grant, clock.now()));
			return withLimits(delivery, admission);
		} catch (error) {
			admission.release();
			throw error;
		}
	}

	private async slowly(request: SandboxRequest, ledger: Ledger, grant: Grant, at: Date): Promise<Reply> {
		const { latencyMs } = this.parts.limits();
		if (latencyMs > 0) await sleep(latencyMs);
		return apiReply(request, ledger, grant.scopes, at);
	}

	/** The true answer, or that of a fault which waits for this request. */
	private async faulty(call: Call, produce: () => Reply | Promise<Reply>): Promise<Delivery> {
		call.fault = this.parts.faults.take({
			path: call.request.path,
			organisationId: call.organisationId,
			consent: call.grant?.consent,
			month: call.request.query.get('fromDate')?.slice(0, 7),
		});
		if (!call.fault) return whole(await produce());
		const elsewhere = `${call.url.replace('127.0.0.1', 'localhost')}/elsewhere`;
		return await faultDelivery(call.fault, async () => await produce(), {
			now: this.parts.clock.now(),
			elsewhere,
		});
	}

	private note(call: Call, { reply, manner }: Delivery): void {
		const { request, grant } = call;
		this.parts.log.add({
			at: this.parts.clock.now().toISOString(),
			method: request.method,
			path: request.path,
			query: Object.fromEntries([...request.query].filter(([name]) => name !== 'code' && name !== 'state')),
			organisationId: call.organisationId ?? null,
			consent: grant?.consent ?? null,
			grantType: call.grantType,
			authorised: request.headers.authorization !== undefined,
			fault: call.fault?.kind ?? null,
			status: manner === 'hang' || manner === 'reset' ? 0 : reply.status,
		});
	}
}

/** A call is in progress until its connection is done with it, also where no answer comes. */
function withLimits(delivery: Delivery, admission: Admission): Delivery {
	const reply = { ...delivery.reply, headers: { ...admission.headers, ...delivery.reply.headers } };
	return { ...delivery, reply, finished: admission.release };
}
