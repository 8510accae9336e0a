import { jsonReply } from '../core/reply';
import type { FaultReply } from '../service';
import { problems } from './problems';

/** What can be made to go wrong besides what goes wrong everywhere. */
export const faultReplies: Readonly<Record<string, FaultReply>> = {
	/** The limit of ten seconds: no time to wait is promised, and mostly none comes. */
	tooManyRequests: (_fault, { waitHeaders }) => problems.tenSeconds(waitHeaders(null)),
	/** The search's own limit. */
	secondly: (_fault, { waitHeaders }) => problems.secondly(waitHeaders(null)),
	dayLimit: (_fault, { waitHeaders }) => problems.daily(waitHeaders(null)),
	errorBody: () => jsonReply(200, { status: 'error', message: 'The sandbox failed.', category: 'INTERNAL' }),
	tokenExpired: () => problems.expired(),
	missingScopes: () => problems.missingScopes('crm.objects.deals.read'),
	locked: () => problems.locked(),
	/** A move to another data centre; `retryAfter` seconds, a quarter of an hour unless told. */
	moving: ({ retryAfter }) => problems.moving(typeof retryAfter === 'number' ? retryAfter : 900),
	addressTooLong: () => problems.tooLong(),
	edge: () => ({ status: 530, headers: {}, body: 'error code: 1016' }),
	notFound: () => problems.notFound(),
};

type Json = Record<string, unknown>;

/** The true reply with each result changed. */
const eachResult =
	(change: (result: Json) => Json) =>
	(body: string): string => {
		const { results, ...rest } = JSON.parse(body) as { results?: Json[] };
		return JSON.stringify({ ...rest, ...(results && { results: results.map(change) }) });
	};

const listOf = (body: string): Json & { results: Json[] } => JSON.parse(body) as Json & { results: Json[] };

export const rewrittenReplies: Readonly<Record<string, (body: string) => string>> = {
	unknownFields: eachResult((result) => ({
		...result,
		sparkle: { depth: 1 },
		...(result.properties !== undefined && {
			properties: { ...(result.properties as Json), hs_never_seen: 'x' },
		}),
	})),
	/** A page without its results is no page. */
	fieldsRemoved: (body) => JSON.stringify({ ...listOf(body), results: undefined }),
	fieldTypesChanged: eachResult((result) => ({
		...result,
		...(result.id !== undefined && { id: Number(result.id) }),
		...(result.properties !== undefined && { properties: numbersIn(result.properties as Json) }),
	})),
	/** The second half of a batch fails for the moment, beside the first. */
	halfABatch: (body) => {
		const batch = listOf(body);
		const half = batch.results.slice(0, batch.results.length / 2);
		const error = { status: 'error', category: 'INTERNAL_ERROR', message: 'The sandbox failed in part.' };
		return JSON.stringify({ ...batch, results: half, numErrors: 1, errors: [error] });
	},
	/** The pages overlap: what came first comes again at the end. */
	repeatedResults: (body) => {
		const page = listOf(body);
		return JSON.stringify({ ...page, results: [...page.results, ...page.results.slice(0, 3)] });
	},
	shuffledResults: (body) => {
		const page = listOf(body);
		return JSON.stringify({ ...page, results: page.results.toReversed() });
	},
};

function numbersIn(properties: Json): Json {
	const changed = Object.entries(properties).map(([name, value]) => {
		if (value === 'true' || value === 'false') return [name, value === 'true'];
		return [name, name === 'amount' && value !== '' && value !== null ? Number(value) : value];
	});
	return Object.fromEntries(changed) as Json;
}
