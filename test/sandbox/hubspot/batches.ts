import { z } from 'zod/v4';

import { jsonReply, type Reply } from '../core/reply';
import type { Portal } from './catalogue';
import type { Deal } from './deal';
import type { DealStore } from './deal-store';
import { printedDeal } from './printed-deal';
import { problems } from './problems';
import type { HubSpotLimits } from './settings';

const INPUTS = z.array(z.object({ id: z.string() }));
const READ = z.object({
	inputs: INPUTS,
	properties: z.array(z.string()).default([]),
	propertiesWithHistory: z.array(z.string()).default([]),
});

/** Deals by their ids, 100 at once or 50 with a history; what is missing is an error beside the others (207). */
export function dealBatchReply(
	body: string,
	query: URLSearchParams,
	portal: Portal,
	deals: DealStore,
	limits: HubSpotLimits,
): Reply {
	const { data, error } = READ.safeParse(JSON.parse(body));
	if (error) return problems.invalid(z.prettifyError(error));
	const most = data.propertiesWithHistory.length > 0 ? 50 : 100;
	if (data.inputs.length > most) return problems.invalid(`at most ${most} inputs, for histories 50`);
	const archived = query.get('archived') === 'true';
	const found = data.inputs.map(({ id }) => lookedUp(deals, Number(id), archived, limits));
	const results = found.flatMap((deal) => (deal ? [printedDeal(deal, portal, data)] : []));
	const missing = data.inputs.filter((_, index) => !found[index]).map(({ id }) => id);
	return batchReply(results, notFound(missing));
}

function lookedUp(
	deals: DealStore,
	id: number,
	archived: boolean,
	{ mergedAreGone }: HubSpotLimits,
): Deal | undefined {
	const deal = deals.get(id);
	if (deal && deal.mergedInto !== null) {
		return mergedAreGone
			? undefined
			: lookedUp(deals, deal.mergedInto, archived, { mergedAreGone } as HubSpotLimits);
	}
	return deal && (deal.archivedAt !== null) === archived ? deal : undefined;
}

/** Which companies belong to deals. Ids are numbers here, though everywhere else they are texts. */
export function associationsReply(body: string, deals: DealStore): Reply {
	const { data, error } = z.object({ inputs: INPUTS.max(1_000) }).safeParse(JSON.parse(body));
	if (error) return problems.invalid(z.prettifyError(error));
	const known = data.inputs.map(({ id }) => ({ id, companyId: deals.get(Number(id))?.companyId ?? null }));
	const results = known.flatMap(({ id, companyId }) =>
		companyId === null ? [] : [{ from: { id }, to: associationsOf(companyId) }],
	);
	const without = known.filter(({ companyId }) => companyId === null).map(({ id }) => id);
	return batchReply(results, without.map(noCompany));
}

/** One error for each deal, which names the deal in its context only, as HubSpot does. */
const noCompany = (id: string): object => ({
	...{ status: 'error', category: 'OBJECT_NOT_FOUND' },
	subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
	message: `No company is associated with deal ${id}.`,
	context: { fromObjectId: [id], fromObjectType: ['deal'], toObjectType: ['company'] },
});

/** The primary company, and behind it another one that must not be taken for it. */
function associationsOf(companyId: number): unknown[] {
	const type = (typeId: number, label: string | null) => ({ category: 'HUBSPOT_DEFINED', typeId, label });
	return [
		{ toObjectId: companyId - 5_000_000, associationTypes: [type(341, null)] },
		{ toObjectId: companyId, associationTypes: [type(341, null), type(5, 'Primary')] },
	];
}

/** @param nameOf the company's name; undefined where there is no such company */
export function companyBatchReply(
	body: string,
	domain: string,
	nameOf: (id: number) => string | null | undefined,
): Reply {
	const { data, error } = READ.safeParse(JSON.parse(body));
	if (error) return problems.invalid(z.prettifyError(error));
	if (data.inputs.length > 100) return problems.invalid('at most 100 inputs');
	const results = data.inputs.flatMap(({ id }) => {
		const name = nameOf(Number(id));
		if (name === undefined) return [];
		return [{ id, properties: { name, domain: `c${id}.${domain}`, hs_object_id: id }, archived: false }];
	});
	const known = new Set(results.map(({ id }) => id));
	const missing = data.inputs.map(({ id }) => id).filter((id) => !known.has(id));
	return batchReply(results, notFound(missing));
}

/** One error for all of them. */
function notFound(ids: string[]): object[] {
	const error = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Not found.', context: { ids } };
	return ids.length === 0 ? [] : [error];
}

function batchReply(results: unknown[], errors: object[]): Reply {
	const body = {
		status: 'COMPLETE',
		results,
		startedAt: '2026-01-01T00:00:00Z',
		completedAt: '2026-01-01T00:00:00Z',
	};
	if (errors.length === 0) return jsonReply(200, body);
	return jsonReply(207, { ...body, numErrors: errors.length, errors });
}
