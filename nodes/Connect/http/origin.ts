import type { IncomingHttpHeaders } from 'node:http';

/** Whether a form was sent from a page of ours: its origin, or where the browser sends none, what it says instead. */
export function isOwnOrigin(headers: IncomingHttpHeaders, origin: string): boolean {
	const given = headers.origin;
	if (given !== undefined) return given === origin;
	return headers['sec-fetch-site'] === 'same-origin';
}
