import { describe, expect, it } from '@jest/globals';

import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { jsonReply, type Reply } from '../../../sandbox/core/reply';
import { idsOf, readDeals, scene, type Scene } from './reading';

/** What Pipedrive may answer for one deal although it answers for others. */
const POISONS: Array<[name: string, reply: Reply]> = [
	...[400, 402, 451, 500, 504].map((status): [string, Reply] => [
		String(status),
		{ status, headers: {}, body: '<h1>made up</h1>' },
	]),
	['200 with null', jsonReply(200, null)],
	['200 with HTML', { status: 200, headers: {}, body: '<h1>We will be right back</h1>' }],
];

const OUTAGE: Reply = { status: 503, headers: {}, body: '' };

const LOOKS: Array<{
	name: string;
	/** What happened to five deals since the first reading. */
	happened: (at: Scene, ids: number[]) => void;
	/** Whether a call looks at a deal. */
	looksAt: (request: ApiRequest, id: number) => boolean;
}> = [
	{
		name: 'restored',
		happened: (at, ids) => void (at.deletedLeads = ids.map(String)),
		looksAt: ({ path, query }, id) =>
			path.startsWith('/api/v2/deals') && (query?.ids ?? '').split(',').includes(String(id)),
	},
	{
		name: 'gone',
		happened: (at, ids) => {
			const live = [...at.company.deals.values()].filter(({ deleted }) => !deleted);
			at.leads = live.map(({ id }) => String(id));
			for (const id of ids) at.company.deal(id).vanished = true;
		},
		looksAt: ({ path }, id) => path === `/api/v2/deals/${id}`,
	},
];

describe.each(LOOKS)('the look for $name deals', ({ happened, looksAt }) => {
	/** A week after a first reading. */
	async function weekLater() {
		const at = scene('harbour');
		const { end } = await readDeals(at);
		const ids = [...at.company.deals.values()]
			.filter(({ deleted, archived }) => !deleted && !archived)
			.slice(0, 5)
			.map(({ id }) => id);
		happened(at, ids);
		await at.clock.sleep(7 * 24 * 3_600_000);
		return { at, ids, state: end.state };
	}

	it('finds them', async () => {
		const { at, ids, state } = await weekLater();
		expect(idsOf(await readDeals(at, { state }))).toEqual(ids);
	});

	it.each(POISONS)('finds the others where one answers %s, and names that one', async (_name, poison) => {
		const { at, ids, state } = await weekLater();
		const [first, ...others] = ids;
		at.instead = (request) => (looksAt(request, first!) ? poison : undefined);
		expect(idsOf(await readDeals(at, { state }))).toEqual(others);
		expect(at.warnings.join()).toContain(String(first));
	});

	it('waits for the end of an outage', async () => {
		const { at, ids, state } = await weekLater();
		at.instead = (request) => (ids.some((id) => looksAt(request, id)) ? OUTAGE : undefined);
		await expect(readDeals(at, { state })).rejects.toMatchObject({ failureClass: 'provider_unavailable' });
		at.instead = () => undefined;
		expect(idsOf(await readDeals(at, { state }))).toEqual(ids);
	});
});
