import { z } from 'zod/v4';

import type { Clock } from './clock';
import { jsonReply, type Reply, type SandboxRequest } from './reply';
import { xeroControls } from './xero/controls';
import type { XeroSandbox } from './xero/xero';

export interface Controlled {
	url: string;
	clock: Clock;
	xero: XeroSandbox;
}

/** What a control gets: a JSON body (POST) or the query (others), and gives back as JSON. */
export type Control = (input: unknown, sandbox: Controlled) => unknown;

const SHIFT = z.strictObject({ shiftSeconds: z.number() });

const CONTROLS: Record<string, Control> = {
	'GET /': (_input, { url, xero }) => ({
		url,
		consents: xero.consents(),
		client: xero.client,
		controls: Object.keys(CONTROLS),
	}),
	'GET /clock': (_input, { clock }) => ({ now: clock.now().toISOString() }),
	'POST /clock': (input, { clock }) => {
		clock.shift(SHIFT.parse(input).shiftSeconds);
		return { now: clock.now().toISOString() };
	},
	...Object.fromEntries(
		Object.entries(xeroControls).map(([key, control]) => [key.replace(' ', ' /xero'), control]),
	),
};

/** Answers a request under `/__sandbox/`. A body that does not fit is 400 with the reason. */
export function controlReply(request: SandboxRequest, sandbox: Controlled): Reply {
	const path = request.path.replace(/^\/__sandbox/, '') || '/';
	const control = CONTROLS[`${request.method} ${path}`];
	if (!control)
		return jsonReply(404, { error: `No such control. There are: ${Object.keys(CONTROLS).join(', ')}.` });
	try {
		return jsonReply(200, control(inputOf(request), sandbox) ?? { ok: true });
	} catch (error) {
		const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
		return jsonReply(400, { error: message });
	}
}

function inputOf({ method, body, query }: SandboxRequest): unknown {
	if (method !== 'POST') return Object.fromEntries(query);
	return body === '' ? {} : JSON.parse(body);
}
