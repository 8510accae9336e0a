import { describe, expect, it } from '@jest/globals';

import type { StreamContext } from '../../../../nodes/engine/contract/stream';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { Companies } from '../../../../nodes/providers/hubspot/companies';
import type { ReadDeal } from '../../../../nodes/providers/hubspot/replies';

interface Stored {
	id: string;
	properties: Record<string, string | null>;
}

const GROUP: Stored = { id: '999', properties: { name: 'Harbour Café Group', domain: null } };
const BAKERY: Stored = { id: '222', properties: { name: null, domain: 'bakery.example' } };

/** Answers for each id with the company that it leads to; those that lead nowhere are left out. */
function portal(companies: Record<string, Stored>) {
	const asked: string[][] = [];
	const call = async (request: ApiRequest): Promise<unknown> => {
		const ids = (request.json as { inputs: Array<{ id: string }> }).inputs.map(({ id }) => id);
		asked.push(ids);
		const results = new Set(ids.flatMap((id) => companies[id] ?? []));
		return await Promise.resolve({ results: [...results] });
	};
	const account = { id: '555', name: 'portal.example', timezone: 'Etc/UTC', currency: 'AUD' };
	return { asked, context: { api: { call }, account } as unknown as StreamContext };
}

const dealsOf = (...ids: string[]): ReadDeal[] =>
	ids.map(
		(company, index) =>
			({ id: String(index), properties: { hs_primary_associated_company: company } }) as unknown as ReadDeal,
	);

async function companiesOf(companies: Record<string, Stored>, ...ids: string[]) {
	const { context, asked } = portal(companies);
	return { found: [...(await new Companies().of(context, dealsOf(...ids))).values()], asked };
}

describe('a company that was merged', () => {
	const group = { id: '999', name: 'Harbour Café Group' };

	it('is the one that answers for it', async () => {
		const { found, asked } = await companiesOf({ 111: GROUP, 222: BAKERY }, '111', '222');
		expect(found).toEqual([group, { id: '222', name: 'bakery.example' }]);
		expect(asked).toHaveLength(1);
	});

	it('is found by the ids that it had', async () => {
		const merged = { ...GROUP, properties: { ...GROUP.properties, hs_merged_object_ids: '111;112' } };
		const { found, asked } = await companiesOf({ 111: merged, 112: merged }, '112', '333', '111');
		expect(found).toEqual([group, { id: '333', name: null }, group]);
		expect(asked).toHaveLength(1);
	});

	it('is asked for alone where it is not plain for which it answers', async () => {
		const { found, asked } = await companiesOf({ 111: GROUP, 222: BAKERY }, '333', '111', '222');
		expect(found).toEqual([{ id: '333', name: null }, group, { id: '222', name: 'bakery.example' }]);
		expect(asked).toEqual([['333', '111', '222'], ['333'], ['111']]);
	});

	it('costs no more than twenty calls of its own, and none where companies are only gone', async () => {
		const gone = Array.from({ length: 99 }, (_, index) => String(5_000 + index));
		expect((await companiesOf({}, ...gone)).asked).toHaveLength(1);
		expect((await companiesOf({ 111: GROUP }, ...gone, '111')).asked).toHaveLength(21);
	});
});
