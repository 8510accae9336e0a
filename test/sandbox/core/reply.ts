import type { IncomingHttpHeaders } from 'node:http';

/** A request whose body has been read. */
export interface SandboxRequest {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: string;
}

export interface Reply {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** How a reply goes over the wire; all but `whole` are faults. */
export type Manner = 'whole' | 'drip' | 'cut' | 'reset' | 'hang' | 'bomb';

export interface Delivery {
	reply: Reply;
	manner: Manner;
	/** Milliseconds between the pieces of a dripping reply. */
	dripMs?: number;
	/** How large a `bomb` becomes when it is unpacked. */
	megabytes?: number;
	/** Called once the connection has no more to do with this request. */
	finished?: () => void;
}

export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
	return {
		status,
		headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
		body: JSON.stringify(body),
	};
}

export function htmlReply(status: number, body: string): Reply {
	return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

export function redirectReply(location: string): Reply {
	return { status: 302, headers: { location }, body: '' };
}

export const whole = (reply: Reply): Delivery => ({ reply, manner: 'whole' });
