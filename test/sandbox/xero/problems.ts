import { randomUUID } from 'node:crypto';

import { jsonReply, type Reply } from '../core/reply';

/** The 401s, in capitals as Xero writes them. */
const unauthorized = (detail: string): Reply =>
	jsonReply(401, {
		Type: null,
		Title: 'Unauthorized',
		Status: 401,
		Detail: detail,
		Instance: randomUUID(),
		Extensions: {},
	});

const forbidden = (detail: string): Reply =>
	jsonReply(403, { title: 'Forbidden', status: 403, detail, instance: randomUUID() });

/** The refusals of the API, worded as the provider's sheet has them. */
export const problems = {
	tokenExpired: (at: Date): Reply => unauthorized(`TokenExpired: token expired at ${americanTime(at)}`),
	authenticationUnsuccessful: (): Reply => unauthorized('AuthenticationUnsuccessful'),
	/** The scope is missing: a 401, not a 403. */
	authorizationUnsuccessful: (): Reply => unauthorized('AuthorizationUnsuccessful'),
	/** The organisation is wrong, missing or disconnected. */
	organisationGone: (): Reply => forbidden('AuthenticationUnsuccessful'),
	/** The person has the role without reports. The body is not known; it is worded like the other 403. */
	reportsForbidden: (): Reply => forbidden('You do not have permission to view this report'),
	notFound: (): Reply => ({
		status: 404,
		headers: {},
		body: 'The resource you are looking for cannot be found',
	}),
	tooManyRequests: (headers: Record<string, string>): Reply => ({ status: 429, headers, body: '' }),
	badRequest: (message: string): Reply =>
		jsonReply(400, { ErrorNumber: 10, Type: 'ValidationException', Message: message, Elements: [] }),
};

/** `01/23/2020 18:21:16` */
function americanTime(at: Date): string {
	const [date = '', time = ''] = at.toISOString().slice(0, 19).split('T');
	const [year, month, day] = date.split('-');
	return `${month}/${day}/${year} ${time}`;
}
