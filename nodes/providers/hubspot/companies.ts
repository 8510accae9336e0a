import { splitIntoBatches } from '../../shared/concurrency';
import type { StreamContext } from '../../engine/contract/stream';
import { readInHalves } from '../../engine/read/halves';
import { parseMergedIds } from './merged-deals';
import { paths } from './paths';
import { associationsSchema, companyBatchSchema, fetchReply, isWhole, type ReadDeal } from './replies';
import { parseOptionalText } from './values';

/** Association type of a deal with its primary company. */
const PRIMARY = '5';
const BATCH = 100;

export interface Company {
	id: string;
	/** Null if the company has no name or is deleted. */
	name: string | null;
}

/** Reads the companies of deals, each company once per read of the stream. */
export class Companies {
	/** By requested id. */
	private readonly read = new Map<string, Company>();

	async of(context: StreamContext, deals: readonly ReadDeal[]): Promise<Map<string, Company>> {
		const ids = await readCompanyIds(context, deals);
		await this.readAll(context, [...new Set(ids.values())]);
		return new Map([...ids].map(([deal, id]) => [deal, this.read.get(id) ?? { id, name: null }]));
	}

	private async readAll(context: StreamContext, ids: readonly string[]): Promise<void> {
		const unknown = ids.filter((id) => !this.read.has(id));
		for (const batch of splitIntoBatches(unknown, BATCH)) {
			for (const [id, company] of await readCompanies(context, batch)) this.read.set(id, company);
		}
	}
}

/** Takes the primary company's id from the deal or, failing that, from its associations. */
async function readCompanyIds(
	context: StreamContext,
	deals: readonly ReadDeal[],
): Promise<Map<string, string>> {
	const ids = new Map<string, string>();
	for (const { id, properties } of deals) {
		const company = parseOptionalText(properties.hs_primary_associated_company);
		if (company !== null) ids.set(id, company);
	}
	const others = deals.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
	if (others.length === 0) return ids;
	return new Map([...ids, ...(await associatedCompanies(context, others))]);
}

/** A deal without a company appears among the reply's errors, or not at all. */
async function associatedCompanies(
	{ api, account }: StreamContext,
	deals: readonly string[],
): Promise<Map<string, string>> {
	const { results } = await fetchReply(api, associationsSchema, {
		method: 'POST',
		path: paths.dealCompanies,
		json: { inputs: deals.map((id) => ({ id })) },
		account,
		description: 'the companies of a batch of deals',
		scope: 'crm.objects.companies.read',
		isValid: isWhole,
	});
	return new Map(results.flatMap(({ from, to }) => pickPrimary(to).map((company) => [from.id, company])));
}

type Association = { toObjectId: string; associationTypes?: Array<{ typeId: number | string }> | null };

/** Picks the primary company. If none is marked, picks the lowest id, so that the result is stable. */
function pickPrimary(associations: readonly Association[]): string[] {
	const primary = associations.find(({ associationTypes }) =>
		associationTypes?.some(({ typeId }) => String(typeId) === PRIMARY),
	);
	const ids = associations.map(({ toObjectId }) => toObjectId);
	const lowest = ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
	return [primary?.toObjectId ?? lowest].filter((id) => id !== undefined);
}

/**
 * Reads companies, keyed by requested id. A merged company comes back as the one that it was merged into. Companies that
 * do not come back get no name.
 */
async function readCompanies(context: StreamContext, ids: readonly string[]): Promise<Map<string, Company>> {
	const answers = await readBatch(context, ids);
	const found = new Map<string, Company>();
	for (const answer of answers) {
		for (const id of [answer.id, ...answer.formerIds]) if (ids.includes(id)) found.set(id, toCompany(answer));
	}
	const named = new Set([...found.values()].map(({ id }) => id));
	const others = answers.filter(({ id }) => !named.has(id));
	const missing = ids.filter((id) => !found.has(id));
	return new Map([...found, ...(await matchOthers(context, missing, others))]);
}

/** Matches companies that came back under ids that were not requested. If the match is unclear, reads each separately. */
async function matchOthers(
	context: StreamContext,
	missing: readonly string[],
	others: readonly Answer[],
): Promise<Map<string, Company>> {
	const matched = new Map<string, Company>();
	if (others.length === 0) return matched;
	const [only] = others;
	if (missing.length === 1 && others.length === 1) return matched.set(missing[0]!, toCompany(only!));
	for (const id of missing.slice(0, MAX_ASKED_ALONE)) {
		const [answer] = await readBatch(context, [id]);
		if (answer) matched.set(id, toCompany(answer));
	}
	return matched;
}

/** More merged companies in one batch are unlikely. Any beyond this get no name in this run. */
const MAX_ASKED_ALONE = 20;

const toCompany = ({ id, name }: Answer): Company => ({ id, name });

interface Answer extends Company {
	/** Ids of the companies that were merged into it. */
	formerIds: string[];
}

/** A company that cannot be read gets no name in this run; its deals are still loaded. */
async function readBatch(context: StreamContext, ids: readonly string[]): Promise<Answer[]> {
	return await readInHalves<string, Answer>(ids, context.api, {
		read: async (some, api) => await requestBatch({ ...context, api }, some),
		reject: (id, { message }) => {
			context.warn(`The name of company ${id} could not be read: ${message}`);
			return { id, name: null, formerIds: [] };
		},
	});
}

async function requestBatch({ api, account }: StreamContext, ids: readonly string[]): Promise<Answer[]> {
	const { results } = await fetchReply(api, companyBatchSchema, {
		method: 'POST',
		path: paths.companyBatch,
		json: { inputs: ids.map((id) => ({ id })), properties: ['name', 'domain', 'hs_merged_object_ids'] },
		account,
		description: 'the names of companies',
		scope: 'crm.objects.companies.read',
		isValid: isWhole,
	});
	return results.map(({ id, properties }) => ({
		id,
		name: parseOptionalText(properties?.name) ?? parseOptionalText(properties?.domain),
		formerIds: parseMergedIds(properties?.hs_merged_object_ids),
	}));
}
