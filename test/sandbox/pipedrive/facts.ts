import { jsonReply } from '../core/reply';
import type { ServiceConsent, ServiceFacts } from '../service';
import { SKETCHES, type Sketch } from './catalogue';
import { cursorText } from './listing';
import { problems } from './problems';
import { PIPEDRIVE_CLIENT, PIPEDRIVE_LIMITS, PIPEDRIVE_SCOPES, type PipedriveLimits } from './settings';

/** One person of one company: a token reaches no other. */
export interface PipedriveConsent extends ServiceConsent {
	sketch: Sketch;
}

/** One person is in two companies. */
const SHARED: Readonly<Record<string, string>> = {
	harbour: 'sam@agency.example',
	southern: 'sam@agency.example',
};

const consents = new Map(
	SKETCHES.map((sketch): [string, PipedriveConsent] => {
		const { consent: name, plan, seats } = sketch;
		return [
			name,
			{
				name,
				user: SHARED[name] ?? `sam@${name}.example.com`,
				shown: `${sketch.name} (${plan}, ${seats} seats)`,
				sketch,
			},
		];
	}),
);

/** What is fixed of Pipedrive: the client comes in a header, the token reply names the company's own address. */
export const pipedriveFacts: ServiceFacts<PipedriveConsent, PipedriveLimits> = {
	key: 'pipedrive',
	displayName: 'Pipedrive',
	client: PIPEDRIVE_CLIENT,
	settings: PIPEDRIVE_LIMITS,
	consents,
	oauth: {
		authorizePath: '/oauth/authorize',
		tokenPath: '/oauth/token',
		revokePath: '/oauth/revoke',
		clientAuthentication: 'header',
		scopes: PIPEDRIVE_SCOPES,
		// Whether a refresh gives another refresh token is documented nowhere; whoever stores what comes is safe.
		tokens: { rotates: true },
		tokenFields: (_grant, url) => ({ api_domain: url }),
		metadata: (_grant, url) => ({ apiDomain: url }),
		deniedError: 'user_denied',
		accounts: (name) => {
			const sketch = consents.get(name)?.sketch;
			return sketch ? [{ id: name, name: sketch.name }] : [];
		},
		// Revoking uninstalls the app for this user in this company.
		revoked: (grant, others) => {
			for (const one of others)
				if (one.user === grant.user && one.consent === grant.consent) one.revoked = true;
		},
	},
	unauthorized: () => problems.unauthorized(),
	faults: {
		path: '/api/',
		paths: { nullFlow: '/flow', dealForbidden: '/flow', dealGone: '/flow', cursorRefused: '/deals' },
		replies: {
			/** The limit of two seconds; this header alone tells how long to wait. */
			tooManyRequests: (_fault, { waitHeaders }) =>
				problems.tooManyRequests({
					...waitHeaders(null),
					'x-ratelimit-reset': '1',
					'x-ratelimit-remaining': '0',
				}),
			dayLimit: () =>
				problems.tooManyRequests({ 'x-daily-ratelimit-token-remaining': '0', 'x-ratelimit-reset': '2' }),
			/** 200 whose body says that something failed. */
			errorBody: () => jsonReply(200, { success: false, error: 'Something went wrong', data: null }),
			/** 200 with nothing but null, as flows are known to give. */
			nullFlow: () => jsonReply(200, null),
			scopeMismatch: () => problems.scopeMismatch(),
			companyClosed: () => problems.companyClosed(),
			blocked: () => problems.blocked(),
			dealForbidden: () => problems.forbidden(),
			dealGone: () => problems.notFound('Deal'),
			cursorRefused: () => problems.badRequest('the cursor is not valid'),
		},
		/** The true body with a property no one has heard of, without those that are needed, or with texts for numbers. */
		rewritten: {
			unknownFields: (body) => body.replaceAll('{"id":', '{"sparkline":[1,2],"id":'),
			fieldsRemoved: (body) => body.replaceAll('"stage_id":', '"moved":'),
			fieldTypesChanged: (body) => body.replaceAll('"is_deleted":false', '"is_deleted":"no"'),
			unknownStatus: (body) => body.replaceAll('"status":"open"', '"status":"paused"'),
			/** The page backwards, its first things twice. */
			disordered,
			/** Every page of changes is followed by the first one. */
			endlessCursor: (body) =>
				body.replace(/"additional_data":\{[^}]*\}/, `"additional_data":{"next_cursor":"${FIRST_PAGE}"}`),
		},
	},
};

const FIRST_PAGE = cursorText({ field: 'update_time', fieldValue: null, sortDirection: 'asc', id: 0 });

function disordered(body: string): string {
	const { data, ...rest } = JSON.parse(body) as { data: unknown };
	if (!Array.isArray(data)) return body;
	return JSON.stringify({ ...rest, data: [...data.toReversed(), ...(data as unknown[]).slice(0, 3)] });
}
