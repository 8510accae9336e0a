import { describe, expect, it } from '@jest/globals';

import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import type { StreamContext } from '../../../../nodes/engine/contract/stream';
import { DealCompanies } from '../../../../nodes/providers/hubspot/deal-companies';
import type { ReadDeal } from '../../../../nodes/providers/hubspot/replies';

interface Input {
	id: string;
	after?: string;
}

/** As HubSpot has it: one error for each deal without a company, which its context names. */
const noCompany = (id: string) => ({
	...{ status: 'error', category: 'OBJECT_NOT_FOUND', message: `No company is associated with deal ${id}.` },
	subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
	context: { fromObjectId: [id], fromObjectType: ['deal'], toObjectType: ['company'] },
});

const company = (toObjectId: number, ...types: number[]) => ({
	toObjectId,
	associationTypes: types.map((typeId) => ({ category: 'HUBSPOT_DEFINED', typeId, label: null })),
});

const result = (id: string, to: unknown[], after?: string) => ({
	...{ from: { id }, to },
	...(after && { paging: { next: { after, link: `https://api.example/?after=${after}` } } }),
});

async function find(reply: (inputs: Input[], call: number) => object, ...ids: string[]) {
	const asked: Input[][] = [];
	const call = async (request: ApiRequest): Promise<unknown> => {
		const { inputs } = request.json as { inputs: Input[] };
		asked.push(inputs);
		const json = { status: 'COMPLETE', results: [], ...reply(inputs, asked.length) };
		if (!request.isValid(json)) throw new Error('not accepted');
		return await Promise.resolve(json);
	};
	const account = { id: '555', name: 'portal.example', timezone: 'Etc/UTC', currency: 'AUD' };
	const context = { api: { call }, account } as unknown as StreamContext;
	const deals = ids.map((id) => ({ id, properties: {} })) as unknown as ReadDeal[];
	return { found: Object.fromEntries(await new DealCompanies().find(context, deals)), asked };
}

describe('the company of a deal', () => {
	it('is the primary one, or the lowest; none where HubSpot names the deal among the errors', async () => {
		const { found, asked } = await find(
			() => ({
				results: [
					result('1', [company(7, 341), company(9, 341, 5)]),
					result('2', [company(12, 341), company(8, 341)]),
				],
				errors: [noCompany('3')],
			}),
			...['1', '2', '3'],
		);
		expect(found).toEqual({ 1: '9', 2: '8', 3: null });
		expect(asked).toHaveLength(1);
	});

	it('is asked for again where HubSpot left the deal out', async () => {
		const { found, asked } = await find(
			(inputs, call) =>
				call === 1
					? { errors: [noCompany('1')] }
					: { results: inputs.map(({ id }) => result(id, [company(9, 5)])) },
			...['1', '2'],
		);
		expect(found).toEqual({ 1: null, 2: '9' });
		expect(asked[1]).toEqual([{ id: '2' }]);
	});

	it.each([
		['it is left out again', {}],
		[
			'an error of another kind names it',
			{ errors: [{ category: 'FORBIDDEN', context: { fromObjectId: ['2'] } }] },
		],
		['an error names no deal', { errors: [{ category: 'OBJECT_NOT_FOUND', message: 'No company.' }] }],
	])('is not known where %s, although another deal is named', async (_why, again) => {
		const { found } = await find(
			(_inputs, call) => (call === 1 ? { errors: [noCompany('1')] } : again),
			'1',
			'2',
		);
		expect(found).toEqual({ 1: null });
	});

	it('is none where HubSpot names no deal that has none', async () => {
		const { found, asked } = await find(() => ({ results: [result('1', [company(9, 5)])] }), '1', '2', '3');
		expect(found).toEqual({ 1: '9', 2: null, 3: null });
		expect(asked).toHaveLength(2);
	});

	it('is found on a later page', async () => {
		const { found, asked } = await find(
			([{ after } = {} as Input]) =>
				after === undefined
					? { results: [result('1', [company(3, 341)], 'next'), result('2', [company(4, 5)])] }
					: { results: [result('1', [company(9, 341, 5)])] },
			...['1', '2'],
		);
		expect(found).toEqual({ 1: '9', 2: '4' });
		expect(asked[1]).toEqual([{ id: '1', after: 'next' }]);
	});

	it('is not looked for without end', async () => {
		const { found, asked } = await find(() => ({ results: [result('1', [company(3, 341)], 'again')] }), '1');
		expect(found).toEqual({ 1: '3' });
		expect(asked).toHaveLength(20);
	});
});
