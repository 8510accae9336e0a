import type { StreamContext } from '../../engine/contract/stream';
import { paths } from './paths';
import { associationsSchema, fetchReply, idsWithoutAssociation, isWhole, type ReadDeal } from './replies';
import { parseOptionalText } from './values';

/** Association type of a deal with its primary company. */
const PRIMARY = '5';
/** HubSpot returns 500 associations of a deal per page. */
const MAX_PAGES = 20;

/** By deal: the id of its primary company, null if it has none. A deal that HubSpot left out is missing. */
export type CompanyIds = Map<string, string | null>;

/** Finds the primary companies of deals. Create one per read of the stream. */
export class DealCompanies {
	/** Whether HubSpot has named a deal without a company in this read. Then one that it does not name was left out. */
	private namesDealsWithout = false;

	/** Takes the primary company's id from the deal or, failing that, from its associations. */
	async find(context: StreamContext, deals: readonly ReadDeal[]): Promise<CompanyIds> {
		const ids: CompanyIds = new Map();
		for (const { id, properties } of deals) {
			const company = parseOptionalText(properties.hs_primary_associated_company);
			if (company !== null) ids.set(id, company);
		}
		const others = deals.map(({ id }) => id).filter((id) => !ids.has(id));
		return new Map([...ids, ...(await this.findAssociated(context, others))]);
	}

	/** Requests the deals that a reply leaves out once more. */
	private async findAssociated(context: StreamContext, deals: readonly string[]): Promise<CompanyIds> {
		if (deals.length === 0) return new Map();
		const found = await this.readAssociated(context, deals);
		const leftOut = deals.filter((id) => !found.has(id));
		if (leftOut.length === 0) return found;
		const again = await this.readAssociated(context, leftOut);
		const silent = leftOut.filter((id) => !again.has(id));
		// A HubSpot that names no deal without a company leaves such deals out.
		const without: CompanyIds = this.namesDealsWithout ? new Map() : new Map(silent.map((id) => [id, null]));
		return new Map([...found, ...again, ...without]);
	}

	private async readAssociated(context: StreamContext, deals: readonly string[]): Promise<CompanyIds> {
		const associations = new Map<string, Association[]>();
		const without = new Set<string>();
		let inputs: Input[] = deals.map((id) => ({ id }));
		for (let page = 0; inputs.length > 0 && page < MAX_PAGES; page++) {
			const reply = await requestPage(context, inputs);
			for (const { from, to } of reply.results)
				associations.set(from.id, [...(associations.get(from.id) ?? []), ...to]);
			for (const id of idsWithoutAssociation(reply)) without.add(id);
			inputs = reply.results.flatMap(({ from, paging }) =>
				paging?.next ? [{ id: from.id, after: paging.next.after }] : [],
			);
		}
		this.namesDealsWithout ||= without.size > 0;
		const none = [...without].map((id): [string, null] => [id, null]);
		return new Map([...none, ...[...associations].map(([id, all]) => [id, pickPrimary(all)] as const)]);
	}
}

interface Input {
	id: string;
	after?: string;
}

type AssociationPage = ReturnType<typeof associationsSchema.parse>;
type Association = AssociationPage['results'][number]['to'][number];

async function requestPage(
	{ api, account }: StreamContext,
	inputs: readonly Input[],
): Promise<AssociationPage> {
	return await fetchReply(api, associationsSchema, {
		method: 'POST',
		path: paths.dealCompanies,
		json: { inputs },
		account,
		description: 'the companies of a batch of deals',
		scope: 'crm.objects.companies.read',
		isValid: isWhole,
	});
}

/** Picks the primary company. If none is marked, picks the lowest id, so that the result is stable. */
function pickPrimary(associations: readonly Association[]): string | null {
	const primary = associations.find(({ associationTypes }) =>
		associationTypes?.some(({ typeId }) => String(typeId) === PRIMARY),
	);
	const ids = associations.map(({ toObjectId }) => toObjectId);
	const lowest = ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
	return primary?.toObjectId ?? lowest ?? null;
}
