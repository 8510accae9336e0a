import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import { bankSummary } from './bank-summary';
import { firstDay, isDate, lastDay, monthOf } from './calendar';
import type { Ledger } from './ledger';
import { organisationReply } from './organisation';
import { problems } from './problems';
import { profitAndLoss } from './profit-and-loss';
import type { Period } from './report';

interface Resource {
	scope: string;
	report: boolean;
	/** Parameters that the sandbox knows; another one is refused, so that nobody relies on what it ignores. */
	parameters: readonly string[];
	answer: (ledger: Ledger, query: URLSearchParams, at: Date) => Record<string, unknown> | Reply;
}

const RESOURCES: Record<string, Resource> = {
	'/api.xro/2.0/Organisation': {
		scope: 'accounting.settings.read',
		report: false,
		parameters: [],
		answer: ({ organisation }, _query, at) => organisationReply(organisation, at),
	},
	'/api.xro/2.0/Reports/ProfitAndLoss': {
		scope: 'accounting.reports.profitandloss.read',
		report: true,
		parameters: ['fromDate', 'toDate', 'standardLayout', 'paymentsOnly'],
		answer: (ledger, query, at) =>
			overPeriod(ledger, query, (period) =>
				profitAndLoss(ledger, {
					...period,
					standardLayout: query.get('standardLayout') === 'true',
					paymentsOnly: query.get('paymentsOnly') === 'true',
					at,
				}),
			),
	},
	'/api.xro/2.0/Reports/BankSummary': {
		scope: 'accounting.reports.banksummary.read',
		report: true,
		parameters: ['fromDate', 'toDate'],
		answer: (ledger, query, at) =>
			overPeriod(ledger, query, (period) => bankSummary(ledger, { ...period, at })),
	},
};

/** Answers a call of the accounting API by someone who may see the organisation. */
export function apiReply(
	request: SandboxRequest,
	ledger: Ledger,
	scopes: readonly string[],
	at: Date,
): Reply {
	const resource = RESOURCES[request.path];
	if (!resource || request.method !== 'GET') return problems.notFound();
	if (!scopes.includes(resource.scope)) return problems.authorizationUnsuccessful();
	if (resource.report && ledger.organisation.reportsForbidden) return problems.reportsForbidden();
	const unknown = [...request.query.keys()].find((name) => !resource.parameters.includes(name));
	if (unknown) return problems.badRequest(`The sandbox does not know the parameter ${unknown} here.`);
	const answer = resource.answer(ledger, request.query, at);
	if (isReply(answer)) return answer;
	return wantsJson(request) ? jsonReply(200, answer) : xmlReply(answer);
}

function isReply(answer: Record<string, unknown> | Reply): answer is Reply {
	return typeof answer.status === 'number';
}

function overPeriod(
	ledger: Ledger,
	query: URLSearchParams,
	report: (period: Period) => Record<string, unknown>,
): Record<string, unknown> | Reply {
	const month = monthOf(ledger.today());
	const fromDate = query.get('fromDate') ?? firstDay(month);
	const toDate = query.get('toDate') ?? lastDay(month);
	if (!isDate(fromDate) || !isDate(toDate)) return problems.badRequest('A date is not YYYY-MM-DD.');
	if (toDate < fromDate) return problems.badRequest('The toDate lies before the fromDate.');
	return report({ fromDate, toDate });
}

function wantsJson({ headers }: SandboxRequest): boolean {
	return (headers.accept ?? '').includes('application/json');
}

/** Xero speaks XML unless JSON is asked for; the figures are left out, for no one reads them here. */
function xmlReply({ Id, Status }: Record<string, unknown>): Reply {
	const body = `<Response><Id>${String(Id)}</Id><Status>${String(Status)}</Status></Response>`;
	return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}
