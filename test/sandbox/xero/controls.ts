import { z } from 'zod/v4';

import type { Control } from '../control';
import { FAULT_KINDS, type Fault } from '../faults';
import { XERO_LIMITS, type XeroLimits } from './settings';

const FAULT: z.ZodType<Fault> = z.strictObject({
	kind: z.enum(FAULT_KINDS),
	path: z.string().optional(),
	organisationId: z.string().optional(),
	consent: z.string().optional(),
	month: z.string().optional(),
	count: z.union([z.int().positive(), z.literal('always')]).optional(),
	skip: z.int().nonnegative().optional(),
	status: z.int().optional(),
	retryAfter: z.union([z.number(), z.literal('date'), z.null()]).optional(),
	body: z.string().optional(),
	delayMs: z.number().optional(),
	location: z.string().optional(),
});
const LIMITS = z.partialRecord(z.enum(Object.keys(XERO_LIMITS) as Array<keyof XeroLimits>), z.number());
const CONSENT = z.strictObject({ consent: z.string() });
const CONNECT = z.strictObject({
	consent: z.string(),
	scopes: z.array(z.string()).optional(),
	opaque: z.boolean().optional(),
});
const TOTALS = z.strictObject({
	organisationId: z.string(),
	month: z.string(),
	basis: z.enum(['accrual', 'cash']).optional(),
});
const EDIT = z.strictObject({
	organisationId: z.string(),
	month: z.string(),
	revenue: z.string().optional(),
	expenses: z.string().optional(),
	cash: z.string().optional(),
});
const ORGANISATION = z.strictObject({ organisationId: z.string() });
const SPEND = z.strictObject({ organisationId: z.string(), calls: z.int().positive() });

/** The controls of Xero under `/__sandbox/xero`, by method and path. */
export const xeroControls: Record<string, Control> = {
	'POST /connect': (input, { xero }) => {
		const { consent, ...options } = CONNECT.parse(input);
		return xero.connect(consent, options);
	},
	'GET /organisations': (input, { xero }) => xero.organisations(CONSENT.parse(input).consent),
	'GET /totals': (input, { xero }) => {
		const { organisationId, month, basis } = TOTALS.parse(input);
		return xero.totals(organisationId, month, basis);
	},
	'POST /edit': (input, { xero }) => {
		const { organisationId, month, ...edit } = EDIT.parse(input);
		xero.edit(organisationId, month, edit);
	},
	'GET /faults': (_input, { xero }) => xero.faults.pending(),
	'POST /faults': (input, { xero }) => xero.faults.add(...z.array(FAULT).parse([input].flat())),
	'DELETE /faults': (_input, { xero }) => xero.faults.clear(),
	'GET /requests': (_input, { xero }) => ({ refreshCalls: xero.refreshCalls, requests: xero.requests }),
	'DELETE /requests': (_input, { xero }) => xero.clearRequests(),
	'POST /limits': (input, { xero }) => xero.setLimits(LIMITS.parse(input)),
	'POST /spend': (input, { xero }) => {
		const { organisationId, calls } = SPEND.parse(input);
		xero.spendLimit(organisationId, calls);
	},
	'POST /expire': (input, { xero }) => xero.expireAccessTokens(CONSENT.partial().parse(input).consent),
	'POST /revoke': (input, { xero }) => xero.revoke(CONSENT.parse(input).consent),
	'POST /disconnect': (input, { xero }) => xero.disconnect(ORGANISATION.parse(input).organisationId),
	'POST /clear': (_input, { xero }) => xero.clear(),
	'GET /secrets': (_input, { xero }) => xero.issuedSecrets(),
};
