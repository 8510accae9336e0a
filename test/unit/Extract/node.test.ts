import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from '@jest/globals';

import { namesRun } from '../../../nodes/Extract/extract';
import { mapConcurrently } from '../../../nodes/shared/concurrency';
import { LeaseKeeper } from '../../../nodes/Extract/lease-keeper';
import { manualClock } from '../../support/engine/manual-clock';

describe('an item of Claim Due', () => {
	it.each([
		['a run', { syncRunId: 'r', tenantId: 't' }, true],
		['nothing', {}, false],
		['a message that passes by', { syncRunId: 'r', type: 'STATE' }, false],
		['an item of another node', { hello: 'world' }, false],
		['a run without an id', { syncRunId: '' }, false],
		['a run whose id is no text', { syncRunId: { $ne: '' } }, false],
	])('names %s', (_, json, names) => {
		expect(namesRun({ json: json as IDataObject })).toBe(names);
	});
});

describe('the leases of an execution', () => {
	function keeper(clock = manualClock()): {
		lease: LeaseKeeper;
		alive: Set<string>;
		renewals: () => number;
		clock: typeof clock;
	} {
		const alive = new Set(['r1', 'r2']);
		let renewals = 0;
		const renew = async (): Promise<Set<string>> => {
			renewals++;
			return await Promise.resolve(new Set(alive));
		};
		return { lease: new LeaseKeeper(renew, clock), alive, renewals: () => renewals, clock };
	}

	it('are renewed together, and not with every single call', async () => {
		const { lease, renewals, clock } = keeper();
		await Promise.all([lease.keep('r1'), lease.keep('r2'), lease.keep('r1')]);
		expect(renewals()).toBe(1);
		clock.advance(5_000);
		await lease.keep('r2');
		expect(renewals()).toBe(2);
	});

	it('a lost lease stops its own run only', async () => {
		const { lease, alive, clock } = keeper();
		await lease.keep('r1');
		alive.delete('r1');
		clock.advance(5_000);
		await expect(lease.keep('r1')).rejects.toMatchObject({ failureClass: 'run_lost' });
		await expect(lease.keep('r2')).resolves.toBeUndefined();
	});
});

describe('work in order', () => {
	it('runs so many at once and gives the results as they were asked for', async () => {
		let running = 0;
		let most = 0;
		const results = await mapConcurrently([30, 1, 10, 1, 5], 2, async (milliseconds) => {
			most = Math.max(most, ++running);
			await new Promise((resolve) => setTimeout(resolve, milliseconds));
			running--;
			return milliseconds;
		});
		expect(results).toEqual([30, 1, 10, 1, 5]);
		expect(most).toBe(2);
	});

	it('is nothing for nothing', async () => {
		expect(await mapConcurrently([], 3, async () => await Promise.resolve(1))).toEqual([]);
	});
});
