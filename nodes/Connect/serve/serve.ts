import { randomBytes } from 'node:crypto';

import { ReadFailure } from '../../engine/contract/failure';
import type { Answer } from '../http/answer';
import { serveChoice, serveConfirmation } from './accounts';
import { serveCallback } from './callback';
import { serveContinue } from './continue';
import { serveDisconnect, serveEnd, serveManage } from './manage';
import { serveResult } from './result';
import { serveStart } from './start';
import { ProblemError, type Visit } from './visit';

type Serve = (visit: Visit) => Promise<Answer> | Answer;

/** What answers at each path below the node's own, by method. */
const PAGES: Readonly<Record<string, Serve>> = {
	'GET ': serveStart,
	'HEAD ': (visit) => visit.showProblem('no_link'),
	'GET /continue': (visit) => visit.showProblem('no_link'),
	'POST /continue': serveContinue,
	'GET /accounts': serveChoice,
	'POST /accounts': serveConfirmation,
	'GET /result': serveResult,
	'GET /manage': serveManage,
	'GET /disconnect': serveDisconnect,
	'POST /disconnect': serveEnd,
};

/** Answers a request. Never rejects: n8n would store and log the error, and show it with its stack. */
export async function serve(visit: Visit, method: string, path: string): Promise<Answer> {
	try {
		const [, provider] = /^\/callback\/([a-z]+)$/.exec(path) ?? [];
		if (provider !== undefined) return await serveCallback(visit, provider);
		return await (PAGES[`${method} ${path}`] ?? PAGES['GET /continue']!)(visit);
	} catch (error) {
		return explain(visit, path, error);
	}
}

function explain(visit: Visit, path: string, error: unknown): Answer {
	const reference = createReference();
	const problem =
		error instanceof ProblemError ? error : new ProblemError(isSetUp(error) ? 'not_set_up' : 'failed');
	const isOurs = problem.problem === 'failed' || problem.problem === 'provider_rejected';
	// A name and a code, never a message: a provider's or a library's may quote what was sent.
	visit.services.log.warn(
		`Zixly Connect: ${reference}: ${path || '/'}: ${problem.problem}${nameCause(error)}`,
	);
	return visit.showProblem(problem.problem, {
		...problem.about,
		...(isOurs && { reference }),
		returnUrl: visit.returnWith(problem.problem),
	});
}

/** The credential lacks a value, or has an address that nothing may be sent to. */
const isSetUp = (error: unknown): boolean =>
	error instanceof ReadFailure && error.failureClass === 'configuration';

export const createReference = (): string => randomBytes(4).toString('hex');

function nameCause(error: unknown): string {
	if (error instanceof ProblemError || !(error instanceof Error)) return '';
	const errorCode = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
	const failure = error instanceof ReadFailure ? ` ${error.failureClass}` : '';
	const [, place = ''] = /\n\s{1,8}at .{0,200}?([\w-]+\.[jt]s:\d+)/.exec(error.stack ?? '') ?? [];
	return ` (${error.name}${errorCode}${failure} ${place})`.replace(/[^\w ().:-]/g, '');
}
