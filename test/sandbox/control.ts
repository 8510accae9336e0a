import { z } from 'zod/v4';

import type { Clock } from './core/clock';
import { jsonReply, type Reply, type SandboxRequest } from './core/reply';
import type { Control } from './service/controls';

/** What can be controlled over HTTP: the time, and each provider by its key. */
export interface Controlled {
	url: string;
	clock: Clock;
	/** Those of each service, by its key; each by method and path. */
	controls: Readonly<Record<string, Record<string, Control>>>;
}

const SHIFT = z.strictObject({ shiftSeconds: z.number() });

function listControls({ url, clock, controls: ofServices }: Controlled): Record<string, Control> {
	const controls: Record<string, Control> = {
		'GET /': () => ({ url, controls: Object.keys(controls) }),
		'GET /clock': () => ({ now: clock.now().toISOString() }),
		'POST /clock': (input) => {
			clock.shift(SHIFT.parse(input).shiftSeconds);
			return { now: clock.now().toISOString() };
		},
	};
	for (const [key, ofService] of Object.entries(ofServices)) {
		for (const [name, control] of Object.entries(ofService)) {
			controls[name.replace(/ \/?/, ` /${key}/`).replace(/\/$/, '')] = control;
		}
	}
	return controls;
}

/** Answers a request under `/__sandbox/`. A body that does not fit is 400 with the reason. */
export function controlReply(request: SandboxRequest, sandbox: Controlled): Reply {
	const path = request.path.replace(/^\/__sandbox/, '') || '/';
	const controls = listControls(sandbox);
	const control = controls[`${request.method} ${path}`];
	if (!control)
		return jsonReply(404, { error: `No such control. There are: ${Object.keys(controls).join(', ')}.` });
	try {
		return jsonReply(200, control(inputOf(request)) ?? { ok: true });
	} catch (error) {
		const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
		return jsonReply(400, { error: message });
	}
}

function inputOf({ method, body, query }: SandboxRequest): unknown {
	if (method !== 'POST') return Object.fromEntries(query);
	return body === '' ? {} : JSON.parse(body);
}
