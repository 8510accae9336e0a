import { beforeEach, describe, expect, it } from '@jest/globals';

import type { LoadRow } from '../../../db/load/input';
import { useDatabase } from '../../support/database/use-database';
import { financialsOf, loadTarget, month, type LoadTarget } from '../../support/database/loading';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

const stored = async () =>
	(await financialsOf(database, target.tenantId)).map(({ metadata }) => metadata?._src);

/** Days of June, one for each source. */
const daysOf = (sources: unknown[]): LoadRow[] =>
	sources.map((source, index) =>
		month(`2026-06-${String(index + 1).padStart(2, '0')}`, '1.00', {
			row: { metadata: { basis: 'accrual', _src: source } },
		}),
	);

const source = (recordId: string, more: object = {}) => ({
	recordId,
	version: null,
	stream: 'monthlyFinancials',
	accountId: 'org-1',
	syncRunId: 'run',
	...more,
});

describe('the source of a row', () => {
	it('is kept row by row, also where an account’s other stream, run or property stands between', async () => {
		const sources = [
			source('1'),
			source('2', { version: '2026-06-30T00:00:00.000Z' }),
			source('3', { stream: 'other' }),
			source('4', { syncRunId: 'other' }),
			source('5', { accountId: 'org-2' }),
			source('6', { region: 'AU' }),
			source('7', { version: '7' }),
			source('8', { nested: { of: ['two', 'levels'] } }),
			source('a\u001fb\u001ec'),
			source('Ōtautahi "quoted" \\ 🌏'),
		];
		await target.load(daysOf(sources));
		expect(await stored()).toEqual(sources);
	});

	it('is kept where rows of one account say it in turn', async () => {
		const sources = Array.from({ length: 20 }, (_, index) => source(`${index}`, { stream: `s${index % 3}` }));
		await target.load(daysOf(sources));
		expect(await stored()).toEqual(sources);
	});

	it('may be nothing, and a number is taken as its digits', async () => {
		const days = daysOf([undefined, { recordId: 7, version: 12 }, {}, 'a text']);
		const [bare, ...others] = days as [LoadRow, ...LoadRow[]];
		await target.load([{ ...bare, row: { ...bare.row, metadata: { basis: 'accrual' } } }, ...others]);
		expect(await stored()).toEqual([
			undefined,
			{ recordId: '7', version: '12' },
			{ recordId: null, version: null },
			{ recordId: null, version: null },
		]);
	});

	it('another run rewrites nothing', async () => {
		await target.load(daysOf([source('1'), source('2')]));
		const before = await financialsOf(database, target.tenantId);
		const { outcomes } = await target.load(
			daysOf([source('1', { syncRunId: 'later' }), source('2', { stream: 'x' })]),
		);
		expect(outcomes).toEqual(['unchanged', 'unchanged']);
		expect(await financialsOf(database, target.tenantId)).toEqual(before);
	});
});
