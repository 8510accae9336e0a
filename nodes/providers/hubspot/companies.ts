import { splitIntoBatches } from '../../shared/concurrency';
import type { StreamContext } from '../../engine/contract/stream';
import { readOptional } from '../../engine/read/halves';
import { DealCompanies } from './deal-companies';
import { parseMergedIds } from './merged-deals';
import { paths } from './paths';
import { companyBatchSchema, fetchReply, isWhole, type ReadDeal } from './replies';
import { parseOptionalText } from './values';

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
	private readonly ofDeals = new DealCompanies();

	/** By deal: its company, null if it has none. A deal that HubSpot left out of its reply is missing. */
	async of(context: StreamContext, deals: readonly ReadDeal[]): Promise<Map<string, Company | null>> {
		const ids = await this.ofDeals.find(context, deals);
		await this.readAll(context, [...new Set([...ids.values()].filter((id) => id !== null))]);
		return new Map([...ids].map(([deal, id]) => [deal, id === null ? null : this.get(id)]));
	}

	private get(id: string): Company {
		return this.read.get(id) ?? { id, name: null };
	}

	private async readAll(context: StreamContext, ids: readonly string[]): Promise<void> {
		const unknown = ids.filter((id) => !this.read.has(id));
		for (const batch of splitIntoBatches(unknown, BATCH)) {
			for (const [id, company] of await readCompanies(context, batch)) this.read.set(id, company);
		}
	}
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
	return await readOptional<string, Answer>(ids, context.api, {
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
