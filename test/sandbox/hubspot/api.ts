import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import { associationsReply, companyBatchReply, dealBatchReply } from './batches';
import type { Portal } from './catalogue';
import { listReply } from './list';
import type { PortalBooks } from './portal-books';
import { iso } from './printed-deal';
import { problems } from './problems';
import { searchReply } from './search';
import type { HubSpotLimits } from './settings';

interface Call {
	request: SandboxRequest;
	books: PortalBooks;
	limits: HubSpotLimits;
}

interface Endpoint {
	route: RegExp;
	scope: string;
	answer(call: Call): Reply;
}

const VERSION = '2026-0[39]';

const endpoint = (method: string, path: string, scope: string, answer: Endpoint['answer']): Endpoint => ({
	route: new RegExp(`^${method} ${path.replace('{version}', VERSION)}$`),
	scope,
	answer,
});

const DEALS = 'crm.objects.deals.read';
const COMPANIES = 'crm.objects.companies.read';

const ENDPOINTS: readonly Endpoint[] = [
	endpoint('GET', '/crm/objects/{version}/deals', DEALS, ({ request, books, limits }) =>
		listReply(request.query, books.portal, books.deals, limits),
	),
	endpoint('POST', '/crm/objects/{version}/deals/search', DEALS, ({ request, books, limits }) =>
		searchReply(request.body, books.portal, books.deals, limits),
	),
	endpoint('POST', '/crm/objects/{version}/deals/batch/read', DEALS, ({ request, books, limits }) =>
		dealBatchReply(request.body, request.query, books.portal, books.deals, limits),
	),
	endpoint('POST', '/crm/objects/{version}/companies/batch/read', COMPANIES, ({ request, books }) =>
		companyBatchReply(request.body, books.portal.domain, (id) => books.companyName(id)),
	),
	endpoint(
		'POST',
		'/crm/associations/{version}/deals/companies/batch/read',
		COMPANIES,
		({ request, books }) => associationsReply(request.body, books.deals),
	),
	endpoint('GET', '/crm/pipelines/{version}/deals', 'crm.schemas.deals.read', ({ books }) =>
		pipelinesReply(books.portal),
	),
	endpoint('GET', '/account-info/{version}/details', 'oauth', ({ books }) => accountReply(books.portal)),
];

/** Answers a call for a portal by somebody with these scopes. */
export function apiReply(call: Call, scopes: readonly string[]): Reply {
	const { method, path } = call.request;
	const found = ENDPOINTS.find(({ route }) => route.test(`${method} ${path}`));
	if (!found) return problems.notFound();
	return scopes.includes(found.scope) ? found.answer(call) : problems.missingScopes(found.scope);
}

export const isSearch = (path: string): boolean => path.endsWith('/search');

function pipelinesReply({ pipelines }: Portal): Reply {
	const results = pipelines.map(({ id, label, stages }, displayOrder) => ({
		...{ id, label, displayOrder, archived: false, createdAt: iso(0), updatedAt: iso(0) },
		stages: stages.map((stage, order) => ({
			...{ id: stage.id, label: stage.label, displayOrder: order, archived: false },
			...{ createdAt: iso(0), updatedAt: iso(0), writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT' },
			metadata: { isClosed: stage.isClosed, probability: stage.probability },
		})),
	}));
	return jsonReply(200, { results });
}

function accountReply({ hubId, timezone, currency, otherCurrencies }: Portal): Reply {
	return jsonReply(200, {
		...{ portalId: hubId, accountType: 'STANDARD', timeZone: timezone, companyCurrency: currency },
		...{ additionalCurrencies: Object.keys(otherCurrencies), utcOffset: '+00:00', utcOffsetMilliseconds: 0 },
		...{ uiDomain: 'app.hubspot.invalid', dataHostingLocation: 'na1' },
	});
}
