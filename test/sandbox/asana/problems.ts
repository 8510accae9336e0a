import { jsonReply, type Reply } from '../core/reply';

const HELP =
	'For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors';

const refusal = (status: number, message: string, headers: Record<string, string> = {}): Reply =>
	jsonReply(status, { errors: [{ message, help: HELP }] }, headers);

/** The refusals of the API, worded as the provider's sheet has them. */
export const problems = {
	notAuthorized: (): Reply => refusal(401, 'Not Authorized'),
	tokenExpired: (): Reply =>
		refusal(401, 'The bearer token has expired. If you have a refresh token, please use it.'),
	/** The wording is not known; what matters is that it speaks of scopes. */
	scopeMissing: (scope: string): Reply =>
		refusal(403, `The token does not have the required scopes: ${scope}`),
	paymentRequired: (): Reply =>
		refusal(402, 'The object specified by the request is available in a premium plan only'),
	forbidden: (): Reply => refusal(403, 'You do not have access to this project'),
	notFound: (what: string, gid: string): Reply => refusal(404, `${what}: Unknown object: ${gid}`),
	noSuchRoute: (): Reply => refusal(404, 'No matching route for request'),
	badRequest: (message: string): Reply => refusal(400, message),
	tooLarge: (): Reply =>
		refusal(400, 'The result is too large. You should use pagination (may require specifying a workspace)!'),
	offsetExpired: (): Reply => refusal(400, 'offset: Your pagination token has expired.'),
	offsetInvalid: (): Reply => refusal(400, 'offset: Your pagination token is invalid.'),
	tooManyRequests: (headers: Record<string, string>): Reply =>
		refusal(429, 'You have made too many requests recently. Please, be chill.', headers),
	/** A phrase instead of an explanation, as in a server error. */
	serverError: (status = 500): Reply =>
		jsonReply(status, { errors: [{ message: 'Server Error', phrase: '6 sad squid snuggle softly' }] }),
};
