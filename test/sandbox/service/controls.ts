import { z } from 'zod/v4';

import type { Fault } from '../core/faults';
import type { ServiceSandbox } from './service-sandbox';
import type { ServiceConsent, ServiceSettings } from './settings';

/** What a control gets: a JSON body (POST) or the query (others), and gives back as JSON. */
export type Control = (input: unknown) => unknown;

const FAULT: z.ZodType<Fault> = z.strictObject({
	kind: z.string(),
	path: z.string().optional(),
	accountId: z.string().optional(),
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
const CONSENT = z.strictObject({ consent: z.string() });
const LOGIN = z.strictObject({ login: z.string().nullable() });
const REDIRECTS = z.strictObject({ uris: z.array(z.string()).nullable() });
const CONNECT = z.strictObject({
	consent: z.string(),
	scopes: z.array(z.string()).optional(),
	opaque: z.boolean().optional(),
});

/** The controls that every provider has, by method and path. */
export function serviceControls<Consent extends ServiceConsent, Settings extends ServiceSettings>(
	service: ServiceSandbox<Consent, Settings>,
): Record<string, Control> {
	const names = Object.keys(service.settings);
	return {
		'GET /': () => ({
			...service.endpoints,
			...service.client,
			consents: service.consents(),
			people: service.people(),
		}),
		'POST /connect': (input) => {
			const { consent, ...options } = CONNECT.parse(input);
			return service.connect(consent, options);
		},
		'GET /faults': () => service.faults.pending(),
		'POST /faults': (input) => service.faults.add(...z.array(FAULT).parse([input].flat())),
		'DELETE /faults': () => service.faults.clear(),
		'GET /requests': () => ({ refreshCalls: service.refreshCalls, requests: service.requests }),
		'DELETE /requests': () => service.clearRequests(),
		'POST /limits': (input) =>
			service.setLimits(z.partialRecord(z.enum(names), z.number()).parse(input) as Partial<Settings>),
		'POST /expire': (input) => service.expireAccessTokens(CONSENT.partial().parse(input).consent),
		'POST /revoke': (input) => service.revoke(CONSENT.parse(input).consent),
		'POST /lapse': (input) => service.lapse(CONSENT.parse(input).consent),
		'POST /sign-in': (input) => service.signIn(LOGIN.parse(input).login),
		'POST /redirects': (input) => service.registerRedirects(REDIRECTS.parse(input).uris),
		'POST /clear': () => service.clear(),
		'GET /secrets': () => service.issuedSecrets(),
	};
}
