import { htmlReply, jsonReply, type Reply } from '../core/reply';

const INFO = 'Please check developers.pipedrive.com for more information.';

const problem = (status: number, error: string, headers: Record<string, string> = {}): Reply =>
	jsonReply(status, { success: false, error, error_info: INFO, data: null, additional_data: null }, headers);

/** The refusals of Pipedrive's API. */
export const problems = {
	unauthorized: (): Reply =>
		jsonReply(401, { success: false, error: 'unauthorized access', errorCode: 401, error_info: INFO }),
	companyClosed: (): Reply => problem(402, 'Company account is not open'),
	scopeMismatch: (): Reply => problem(403, 'Scope and URL mismatch'),
	forbidden: (): Reply => problem(403, 'Visibility permission to the item is denied'),
	notFound: (what = 'Resource'): Reply => problem(404, `${what} not found`),
	gone: (): Reply => problem(410, 'This item is gone'),
	featureOff: (): Reply => problem(415, 'Feature not enabled'),
	badRequest: (why: string): Reply =>
		jsonReply(400, {
			success: false,
			error: `Validation failed: ${why}`,
			code: 'ERR_SCHEMA_VALIDATION_FAILED',
		}),
	tooManyRequests: (headers: Record<string, string>): Reply => problem(429, 'request over limit', headers),
	/** Cloudflare's page, for those who go on after a 429. */
	blocked: (): Reply =>
		htmlReply(
			403,
			'<!DOCTYPE html><title>Access denied</title><h1>Error 1015</h1><p>You are being rate limited</p>',
		),
};
