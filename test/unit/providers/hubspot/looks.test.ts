import { describe, expect, it } from '@jest/globals';

import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { PortalReading } from './portal';

const failed = (status: number): ReadFailure =>
	new ReadFailure(
		status === 403 ? 'not_permitted' : 'provider_unavailable',
		`It answered ${status}.`,
		'',
		undefined,
		{
			...{ provider: 'HubSpot', description: 'a batch of deals', account: 'Harbour', status, detail: '' },
			ofEveryCall: false,
		},
	);

/** Five deals that were deleted and restored, with their ids. */
async function restored() {
	const portal = new PortalReading('harbour');
	await portal.sync();
	const ids = portal.books.ids(5);
	for (const id of ids) portal.books.delete(id);
	portal.advance(3_600_000);
	await portal.sync();
	for (const id of ids) portal.books.restore(id);
	// Only the look finds them: the search does not list them anew.
	portal.limits.indexingMs = 1e12;
	portal.advance(3_600_000);
	return { portal, ids: ids.map(String) };
}

const looksAt = ({ path, json }: ApiRequest, id: string): boolean =>
	path.endsWith('/deals/batch/read') && JSON.stringify(json).includes(`"${id}"`);

describe('the look for restored deals', () => {
	it.each([403, 500, 504])('finds the others where one answers %i, and names that one', async (status) => {
		const { portal, ids } = await restored();
		const [first, ...others] = ids;
		const windows = await portal.sync({
			before: (request) => {
				if (looksAt(request, first!)) throw failed(status);
			},
		});
		expect(windows.flatMap(({ records }) => records.map(({ recordId }) => recordId)).sort()).toEqual(
			others.sort(),
		);
		expect(windows.flatMap(({ warnings }) => warnings).join()).toContain(`the deleted deal ${first}`);
		await portal.sync();
		expect(portal.known.get(first!)?.deleted).toBe(false);
	});

	it('waits for the end of an outage', async () => {
		const { portal, ids } = await restored();
		const before = structuredClone(portal.state);
		const outage = portal.sync({
			before: (request) => {
				if (request.path.endsWith('/deals/batch/read')) throw failed(503);
			},
		});
		await expect(outage).rejects.toMatchObject({ failureClass: 'provider_unavailable' });
		expect(portal.state.restored).toEqual(before.restored);
		await portal.sync();
		expect(ids.map((id) => portal.known.get(id)?.deleted)).toEqual(ids.map(() => false));
	});
});
