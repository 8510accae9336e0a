import { jsonReply } from '../core/reply';
import type { FaultReply } from '../service';
import { problems } from './problems';

/** What can be made to go wrong besides what goes wrong everywhere. */
export const faultReplies: Readonly<Record<string, FaultReply>> = {
	tooManyRequests: (_fault, { waitHeaders }) => problems.tooManyRequests(waitHeaders(1)),
	/** Asana has no day's limit; its other ones may ask to stay away for hours. */
	dayLimit: (_fault, { waitHeaders }) => problems.tooManyRequests(waitHeaders(20_000)),
	/** 200, and yet a failure. */
	errorBody: () =>
		jsonReply(200, { errors: [{ message: 'Server Error', phrase: '6 sad squid snuggle softly' }] }),
	tokenExpired: () => problems.tokenExpired(),
	scopeMissing: () => problems.scopeMissing('tasks:read'),
	forbidden: () => problems.forbidden(),
	paymentRequired: () => problems.paymentRequired(),
	notFound: () => problems.notFound('project', '0'),
	tooLarge: () => problems.tooLarge(),
	offsetExpired: () => problems.offsetExpired(),
	/** Of the events, whose token has ended. */
	syncToken: () =>
		jsonReply(412, { errors: [{ message: 'Sync token invalid or too old' }], sync: 'made-up' }),
	serverError: ({ status }) => problems.serverError(status),
};

type Json = Record<string, unknown>;

/** The true list with its entries changed; a refusal stays as it is. */
const entries =
	(change: (data: Json[]) => Json[]) =>
	(body: string): string => {
		const { data, ...rest } = JSON.parse(body) as { data?: Json[] };
		return data ? JSON.stringify({ ...rest, data: change(data) }) : body;
	};

const eachEntry = (change: (entry: Json) => Json): ((body: string) => string) =>
	entries((data) => data.map(change));

export const rewrittenReplies: Readonly<Record<string, (body: string) => string>> = {
	unknownFields: eachEntry((entry) => ({ ...entry, mood_of_the_day: 'sunny', nested_news: { depth: 1 } })),
	fieldsRemoved: eachEntry((entry) => ({ ...entry, created_at: undefined })),
	fieldTypesChanged: eachEntry((entry) => ({ ...entry, created_at: 1_760_000_000 })),
	valueNeverSeen: eachEntry((entry) => ({ ...entry, resource_subtype: 'epic' })),
	/** The pages overlap: the first entries come again at the end. */
	repeatedEntries: entries((data) => [...data, ...data.slice(0, 2)]),
	shuffledEntries: entries((data) => data.toReversed()),
};
