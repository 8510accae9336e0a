import { inBatches } from '../../engine/changes';
import type { StreamContext } from '../../engine/definition';
import { paths } from './paths';
import { associationsShape, companyBatchShape, demand, isWhole, type ReadDeal } from './replies';
import { textIn } from './values';

/** The association type of a deal with its primary company. */
const PRIMARY = '5';
const BATCH = 100;

export interface Company {
	id: string;
	/** Null where HubSpot has none, or the company is deleted. */
	name: string | null;
}

/** The companies of deals, by the deals' ids; a deal without one is missing. Names are read once per reading. */
export class Companies {
	private readonly names = new Map<string, string | null>();

	async of(context: StreamContext, deals: readonly ReadDeal[]): Promise<Map<string, Company>> {
		const ids = await companyIdsOf(context, deals);
		await this.readNames(context, [...new Set(ids.values())]);
		return new Map([...ids].map(([deal, id]) => [deal, { id, name: this.names.get(id) ?? null }]));
	}

	private async readNames(context: StreamContext, ids: readonly string[]): Promise<void> {
		const unknown = ids.filter((id) => !this.names.has(id));
		for (const batch of inBatches(unknown, BATCH)) {
			const found = await namesOf(context, batch);
			for (const id of batch) this.names.set(id, found.get(id) ?? null);
		}
	}
}

/** The primary company's id stands on the deal itself; where it does not, the associations are asked. */
async function companyIdsOf(
	context: StreamContext,
	deals: readonly ReadDeal[],
): Promise<Map<string, string>> {
	const ids = new Map<string, string>();
	for (const { id, properties } of deals) {
		const company = textIn(properties.hs_primary_associated_company);
		if (company !== null) ids.set(id, company);
	}
	const others = deals.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
	if (others.length === 0) return ids;
	return new Map([...ids, ...(await associatedCompanies(context, others))]);
}

/** A deal without a company stands among the errors of the reply, or nowhere in it. */
async function associatedCompanies(
	{ api, account }: StreamContext,
	deals: readonly string[],
): Promise<Map<string, string>> {
	const { results } = await demand(api, associationsShape, {
		method: 'POST',
		path: paths.dealCompanies,
		json: { inputs: deals.map((id) => ({ id })) },
		account,
		what: 'the companies of a batch of deals',
		scope: 'crm.objects.companies.read',
		accept: isWhole,
	});
	return new Map(results.flatMap(({ from, to }) => primaryIn(to).map((company) => [from.id, company])));
}

type Association = { toObjectId: string; associationTypes?: Array<{ typeId: number | string }> | null };

/** The primary one; where none is marked so the one with the lowest id, which is the same each time. */
function primaryIn(associations: readonly Association[]): string[] {
	const primary = associations.find(({ associationTypes }) =>
		associationTypes?.some(({ typeId }) => String(typeId) === PRIMARY),
	);
	const ids = associations.map(({ toObjectId }) => toObjectId);
	const lowest = ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
	return [primary?.toObjectId ?? lowest].filter((id) => id !== undefined);
}

async function namesOf(
	{ api, account }: StreamContext,
	ids: readonly string[],
): Promise<Map<string, string | null>> {
	const { results } = await demand(api, companyBatchShape, {
		method: 'POST',
		path: paths.companyBatch,
		json: { inputs: ids.map((id) => ({ id })), properties: ['name', 'domain'] },
		account,
		what: 'the names of companies',
		scope: 'crm.objects.companies.read',
		accept: isWhole,
	});
	return new Map(
		results.map(({ id, properties }) => [id, textIn(properties?.name) ?? textIn(properties?.domain)]),
	);
}
