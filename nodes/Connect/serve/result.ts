import type { Answer } from '../http/answer';
import { buildResult, isResultStatus } from '../pages/result';
import { nameProvider, type Visit } from './visit';

/** The page at the end. Its address holds words that we know, and says nothing of a tenant. */
export function serveResult(visit: Visit): Answer {
	const [status, provider] = [visit.query.text('status'), visit.query.text('provider')];
	if (!isResultStatus(status)) return visit.showProblem('no_link');
	const { providerName } = nameProvider(provider);
	const returnUrl = visit.returnWith(status);
	return visit.show(buildResult({ operator: visit.operator, providerName, status, returnUrl }));
}
