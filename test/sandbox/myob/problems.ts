import { jsonReply, type Reply } from '../core/reply';

const problem = (
	status: number,
	Name: string,
	Message: string,
	headers: Record<string, string> = {},
): Reply =>
	jsonReply(
		status,
		{
			Errors: [{ Name, Message, AdditionalDetails: '', ErrorCode: 0, Severity: 'Error' }],
			Information: null,
		},
		headers,
	);

/** The refusals of the API, shaped as the provider's sheet has them. */
export const problems = {
	/** An ended token, an unknown one and a missing scope look alike. */
	unauthorized: (): Reply => problem(401, 'OAuthTokenIsInvalid', 'The sandbox refuses this token here'),
	developerInactive: (): Reply => problem(403, 'DeveloperInactive', 'The sandbox does not know this API key'),
	accessDenied: (): Reply => problem(403, 'AccessDenied', 'The sandbox’s user has no access to this'),
	perSecond: (headers: Record<string, string> = {}): Reply =>
		problem(
			403,
			'RateLimitError',
			'The API key of the sandbox has exceeded the per second rate limit',
			headers,
		),
	daily: (headers: Record<string, string> = {}): Reply =>
		problem(403, 'RateLimitError', 'The API key of the sandbox has exceeded the daily rate limit', headers),
	gatewayTimeout: (): Reply => problem(504, 'GatewayTimeout', 'The sandbox took too long'),
	notFound: (): Reply => problem(404, 'NotFound', 'The sandbox has nothing there'),
	badRequest: (why: string): Reply => problem(400, 'ValidationError', why),
};
