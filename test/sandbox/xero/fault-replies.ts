import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault, FaultKind } from '../faults';
import { htmlReply, jsonReply, redirectReply, whole, type Delivery, type Manner, type Reply } from '../reply';
import { problems } from './problems';

export interface FaultContext {
	now: Date;
	/** This sandbox under another host name: where a redirect leads that must not be followed. */
	elsewhere: string;
}

/** Answers a request as the fault says; `produce` is the true answer, for the faults that spoil only the reply. */
export async function faultDelivery(
	fault: Fault,
	produce: () => Promise<Reply>,
	context: FaultContext,
): Promise<Delivery> {
	const instead = INSTEAD[fault.kind]?.(fault, context);
	if (instead) return whole(instead);
	if (fault.kind === 'hang' || fault.kind === 'reset')
		return { reply: jsonReply(0, null), manner: fault.kind };
	if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1_000);
	return spoil(fault, await produce());
}

type Instead = (fault: Fault, context: FaultContext) => Reply;

/** The faults that answer in the place of the true reply. */
const INSTEAD: Partial<Record<FaultKind, Instead>> = {
	status: ({ status = 500, body = '', retryAfter = null }) => ({
		status,
		headers: retryAfterHeader(retryAfter),
		body,
	}),
	tooManyRequests: ({ retryAfter = 1 }) =>
		problems.tooManyRequests({
			...retryAfterHeader(retryAfter),
			'x-rate-limit-problem': 'minute',
			'x-minlimit-remaining': '0',
		}),
	dayLimit: ({ retryAfter = 66_975 }) =>
		problems.tooManyRequests({
			...retryAfterHeader(retryAfter),
			'x-rate-limit-problem': 'day',
			'x-daylimit-remaining': '0',
		}),
	html: () => htmlReply(200, '<!doctype html><title>Xero</title><h1>We will be right back</h1>'),
	errorBody: () =>
		jsonReply(200, {
			ErrorNumber: 17,
			Type: 'InternalException',
			Message: 'An error occurred, please try again',
		}),
	redirect: ({ location }, { elsewhere }) => redirectReply(location ?? elsewhere),
	tokenExpired: (_fault, { now }) => problems.tokenExpired(now),
	authenticationUnsuccessful: () => problems.authenticationUnsuccessful(),
	authorizationUnsuccessful: () => problems.authorizationUnsuccessful(),
	reportsForbidden: () => problems.reportsForbidden(),
	organisationGone: () => problems.organisationGone(),
	invalidGrant: () => jsonReply(400, { error: 'invalid_grant' }),
	invalidClient: () => jsonReply(400, { error: 'invalid_client' }),
};

const MANNERS: Partial<Record<FaultKind, Manner>> = {
	cutConnection: 'cut',
	lostReply: 'reset',
	slowDrip: 'drip',
};

function spoil(fault: Fault, reply: Reply): Delivery {
	const body = REWRITTEN[fault.kind]?.(reply.body) ?? reply.body;
	return { reply: { ...reply, body }, manner: MANNERS[fault.kind] ?? 'whole', dripMs: fault.delayMs };
}

const REWRITTEN: Partial<Record<FaultKind, (body: string) => string>> = {
	truncatedJson: (body) => body.slice(0, body.length / 2),
	unknownFields: (body) =>
		body.replace(/\{"RowType"/g, '{"Sparkline":{"Points":[1,2]},"RowType"').replace(/^\{/, '{"Beta":true,'),
	fieldsRemoved: (body) => body.replace(/"(Reports|Organisations)":/, '"Moved":'),
	fieldTypesChanged: (body) => body.replace(/"Value":"(-?\d+\.\d\d)"/g, '"Value":$1'),
};

/** A date is told by the machine's clock, as the reply's own `Date` is: clients compare the two. */
function retryAfterHeader(retryAfter: number | 'date' | null): Record<string, string> {
	if (retryAfter === null) return {};
	if (retryAfter !== 'date') return { 'retry-after': String(retryAfter) };
	return { 'retry-after': new Date(Date.now() + 2_000).toUTCString() };
}
