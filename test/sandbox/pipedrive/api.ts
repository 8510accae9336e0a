import { jsonReply, type Reply } from '../core/reply';
import type { Company } from './company';
import { dealJson, flowEntry, v1Time } from './deal-json';
import { dealList, limitOf } from './listing';
import { problems } from './problems';

/** What is asked for: a call that the API knows, with its price in tokens of the company's day. */
export interface Route {
	scope: string;
	cost: number;
	answer(company: Company, query: URLSearchParams): Reply;
}

/**
 * The call behind a path below the API's address; undefined where there is none.
 * @param commonHost whether it was asked of the host that all companies share, which knows version 1 only as `/v1`
 */
export function routeOf(path: string, commonHost: boolean): Route | undefined {
	const flow = /^(\/api)?\/v1\/deals\/(\d+)\/flow$/.exec(path);
	if (flow && !(commonHost && flow[1])) {
		return {
			scope: 'recents:read',
			cost: 40,
			answer: (company, query) => flowReply(company, Number(flow[2]), query),
		};
	}
	const one = /^\/api\/v2\/deals\/(\d+)$/.exec(path);
	if (one) return { scope: 'deals:read', cost: 1, answer: (company) => oneDeal(company, Number(one[1])) };
	return Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
}

const ROUTES: Record<string, Route> = {
	'/api/v1/users/me': { scope: 'base', cost: 2, answer: me },
	'/v1/users/me': { scope: 'base', cost: 2, answer: me },
	'/api/v2/deals': {
		scope: 'deals:read',
		cost: 10,
		answer: (company, query) => dealList(company, query, false),
	},
	'/api/v2/deals/archived': {
		scope: 'deals:read',
		cost: 20,
		answer: (company, query) => dealList(company, query, true),
	},
	'/api/v2/pipelines': { scope: 'deals:read', cost: 5, answer: pipelines },
	'/api/v2/stages': { scope: 'deals:read', cost: 5, answer: stages },
	'/api/v2/organizations': { scope: 'contacts:read', cost: 10, answer: organizations },
};

function me({ id, sketch }: Company): Reply {
	const domain = sketch.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
	const data = {
		id: 71,
		name: 'Sam Sandbox',
		email: 'sam@example.com',
		company_id: id,
		company_name: sketch.name,
		company_domain: domain,
		default_currency: sketch.currencies[0],
		timezone_name: sketch.timezone,
		is_you: true,
	};
	return jsonReply(200, { success: true, data });
}

function pipelines(company: Company): Reply {
	const data = [...company.pipelines.values()].map(({ id, name, order }) => ({
		id,
		name,
		order_nr: order,
		is_deleted: false,
		is_deal_probability_enabled: true,
		add_time: '2024-01-01T00:00:00Z',
		update_time: null,
	}));
	return jsonReply(200, { success: true, data, additional_data: { next_cursor: null } });
}

function stages(company: Company, query: URLSearchParams): Reply {
	if (query.has('updated_since')) return problems.badRequest('unknown parameter updated_since');
	const there = [...company.stages.values()].filter(({ removed }) => !removed);
	const data = there.map(({ id, name, order, pipelineId, probability }) => ({
		id,
		order_nr: order,
		name,
		is_deleted: false,
		deal_probability: probability,
		pipeline_id: pipelineId,
		is_deal_rot_enabled: false,
		days_to_rotten: null,
	}));
	return jsonReply(200, { success: true, data });
}

function organizations(company: Company, query: URLSearchParams): Reply {
	const ids = (query.get('ids') ?? '').split(',').map(Number);
	if (ids.length > 100) return problems.badRequest('more than 100 ids');
	const data = ids.flatMap((id) => company.organizations.get(id) ?? []);
	return jsonReply(200, {
		success: true,
		data: data.map(({ id, name }) => ({ id, name, owner_id: 71, is_deleted: false, custom_fields: {} })),
		additional_data: { next_cursor: null },
	});
}

/** Of those that are deleted and listed no longer, some are still there by their ids. */
function oneDeal(company: Company, id: number): Reply {
	const deal = company.deals.get(id);
	if (!deal || deal.vanished || (!company.isListed(deal) && id % 2 === 0)) return problems.notFound('Deal');
	return jsonReply(200, { success: true, data: dealJson(company, deal) });
}

/** A page of a deal's flow, the newest first, after whatever else happened with the deal. */
function flowReply(company: Company, dealId: number, query: URLSearchParams): Reply {
	const deal = company.deals.get(dealId);
	if (!deal || deal.vanished) return problems.notFound('Deal');
	if (deal.hidden) return problems.forbidden();
	const limit = limitOf(query);
	if (limit === undefined) return problems.badRequest('limit must be a number from 1 to 500');
	const start = Number(query.get('start') ?? 0);
	const onlyChanges = query.get('items') === 'dealChange';
	const note = { object: 'note', timestamp: v1Time(deal.added), data: { id: dealId, content: 'Called' } };
	const changes = deal.changes.map((change) => flowEntry(company, deal, change)).reverse();
	const all = [...(onlyChanges ? [] : [note]), ...changes];
	const more = start + limit < all.length;
	const paging = {
		start,
		limit,
		more_items_in_collection: more,
		...(more && { next_start: start + limit }),
	};
	const entries = all.slice(start, start + limit);
	return jsonReply(200, {
		success: true,
		data: entries.length > 0 ? entries : null,
		additional_data: company.has('asDocumented') ? paging : { pagination: paging },
		related_objects: {},
	});
}
