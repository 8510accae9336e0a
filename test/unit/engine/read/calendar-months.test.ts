import { describe, expect, it } from '@jest/globals';

import { Budget } from '../../../../nodes/engine/limits/budget';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import { readByStrategy } from '../../../../nodes/engine/read/read-stream';
import {
	type ReadingContext,
	type ReadingEnd,
	type ReadRecord,
} from '../../../../nodes/engine/read/strategy';
import type { StreamDefinition } from '../../../../nodes/engine/contract/stream';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { xero } from '../../../../nodes/providers/xero';
import { manualClock } from '../../../support/engine/manual-clock';
import { quietReading } from '../../../support/engine/reading';

interface Result {
	records: ReadRecord[];
	months: string[];
	requests: ApiRequest[];
	end: ReadingEnd;
	warnings: string[];
}

interface Case {
	state?: Record<string, unknown>;
	now?: string;
	historyStart?: string;
	range?: { from: string; to: string };
	metadata?: Record<string, unknown>;
	answer?: (request: ApiRequest) => Promise<unknown>;
}

function contextOf(
	given: Case,
	requests: ApiRequest[],
	warnings: string[],
): ReadingContext<StreamDefinition> {
	const clock = manualClock(given.now ?? '2026-11-23T02:00:00Z');
	const answer = given.answer ?? (async (request: ApiRequest) => await Promise.resolve({ of: request.path }));
	return {
		...quietReading,
		api: {
			call: async (request) => {
				requests.push(request);
				return await answer(request);
			},
			resolveLink: (link) => ({ path: link }),
		},
		account: { id: 'org-1', name: 'Harbour Cafe', timezone: 'Australia/Sydney', currency: 'AUD' },
		stream: xero.definition.streams[0]!,
		state: given.state ?? {},
		metadata: given.metadata ?? {},
		startedAt: clock.now(),
		range: given.range,
		historyStartMonth: given.historyStart,
		concurrent: 4,
		clock,
		budget: new Budget({ maxRecords: 5_000, maxMinutes: 10 }, clock),
		warn: (text) => void warnings.push(text),
	};
}

async function reading(given: Case): Promise<Result> {
	const requests: ApiRequest[] = [];
	const records: ReadRecord[] = [];
	const warnings: string[] = [];
	const stream = readByStrategy(contextOf(given, requests, warnings));
	let next = await stream.next();
	for (; !next.done; next = await stream.next()) records.push(next.value);
	return { records, months: records.map(({ recordId }) => recordId), requests, end: next.value, warnings };
}

const fullState = {
	fullReadAt: '2026-11-22T23:00:00.000Z',
	readFrom: '2025-11',
	readThrough: '2026-11',
	variant: 'accrual',
};

describe('the months to read', () => {
	it('are at first the running one and the 12 before', async () => {
		const { months, end } = await reading({});
		expect(months).toHaveLength(13);
		expect([months[0], months[12]]).toEqual(['2025-11', '2026-11']);
		expect(end).toEqual({
			state: {
				fullReadAt: '2026-11-23T02:00:00.000Z',
				readFrom: '2025-11',
				readThrough: '2026-11',
				variant: 'accrual',
			},
			hasMore: false,
		});
	});

	it('are later the same day the running one and the 2 before, and the state keeps when all were read', async () => {
		const { months, end } = await reading({ state: fullState });
		expect(months).toEqual(['2026-09', '2026-10', '2026-11']);
		expect(end.state).toEqual(fullState);
	});

	it('are all 13 again on the account’s next day', async () => {
		const { months, end } = await reading({ state: fullState, now: '2026-11-23T13:30:00Z' });
		expect(months).toHaveLength(13);
		expect(end.state).toMatchObject({ fullReadAt: '2026-11-23T13:30:00.000Z' });
	});

	it('follow the account’s time zone over the turn of a month', async () => {
		const { months } = await reading({ now: '2026-10-31T13:30:00Z' });
		expect(months.at(-1)).toBe('2026-11');
	});

	it('begin at History Start, at first from there and later the last 13', async () => {
		const first = await reading({ historyStart: '2024-07' });
		expect([first.months[0], first.months.length]).toEqual(['2024-07', 29]);
		const nextDay = await reading({
			historyStart: '2024-07',
			state: first.end.state,
			now: '2026-11-24T02:00:00Z',
		});
		expect([nextDay.months[0], nextDay.months.length]).toEqual(['2025-11', 13]);
	});

	it('are read again from a History Start that was moved back, at once', async () => {
		const { months, end } = await reading({ historyStart: '2025-07', state: fullState });
		expect([months[0], months.length]).toEqual(['2025-07', 17]);
		expect(end.state).toMatchObject({ readFrom: '2025-07' });
	});

	const paused = {
		...fullState,
		fullReadAt: '2025-03-20T00:00:00.000Z',
		readFrom: '2024-03',
		readThrough: '2025-03',
	};

	it('go on where the last reading stopped, however long ago that was', async () => {
		const { months, end } = await reading({ state: paused });
		expect([months[0], months.length]).toEqual(['2025-03', 21]);
		expect(end.state).toMatchObject({ readFrom: '2024-03', readThrough: '2026-11' });
		const bounded = await reading({ state: paused, historyStart: '2024-03' });
		expect([bounded.months[0], bounded.months.length]).toEqual(['2025-03', 21]);
	});

	it('never claim the months that History Start left out after a pause', async () => {
		const skipped = await reading({ state: paused, historyStart: '2026-01' });
		expect([skipped.months[0], skipped.months.length]).toEqual(['2026-01', 11]);
		expect(skipped.end.state).toMatchObject({ readFrom: '2026-01' });
		const moved = await reading({ state: skipped.end.state, historyStart: '2025-05' });
		expect(moved.months[0]).toBe('2025-05');
	});

	it('never lie before History Start', async () => {
		expect((await reading({ historyStart: '2026-10' })).months).toEqual(['2026-10', '2026-11']);
		const later = await reading({ historyStart: '2026-11', state: { ...fullState, readFrom: '2026-11' } });
		expect(later.months).toEqual(['2026-11']);
	});

	it('are none before a History Start to come, with a warning', async () => {
		const { months, warnings } = await reading({ historyStart: '2027-01' });
		expect(months).toEqual([]);
		expect(warnings).toEqual([expect.stringContaining('History Start (2027-01)')]);
	});

	it('are all read again when the integration changes its basis', async () => {
		const { months, records, end } = await reading({ state: fullState, metadata: { basis: 'cash' } });
		expect(months).toHaveLength(13);
		expect(records[0]).toMatchObject({ record: { basis: 'cash' } });
		expect(end.state).toMatchObject({ variant: 'cash' });
	});

	it.each([
		['from a clock that was ahead', { ...fullState, fullReadAt: '2026-11-23T09:00:00.000Z' }],
		['that is broken', { ...fullState, readThrough: 7 }],
		['of a reading that never ended', {}],
	])('are all read where the state is one %s', async (_, state) => {
		expect((await reading({ state })).months).toHaveLength(13);
	});

	it('leave a state far under a kilobyte', async () => {
		expect(JSON.stringify((await reading({})).end.state).length).toBeLessThan(200);
	});
});

describe('a month’s record', () => {
	it('holds both replies whole, and what was asked', async () => {
		const { records, requests } = await reading({ historyStart: '2026-11' });
		expect(records[0]).toEqual({
			recordId: '2026-11',
			fetchedAt: '2026-11-23T02:00:00.000Z',
			record: {
				month: '2026-11',
				basis: 'accrual',
				profitAndLoss: { of: '/api.xro/2.0/Reports/ProfitAndLoss' },
				bankSummary: { of: '/api.xro/2.0/Reports/BankSummary' },
			},
		});
		expect(requests.map(({ query }) => query)).toEqual([
			{ fromDate: '2026-11-01', toDate: '2026-11-30', standardLayout: 'true' },
			{ fromDate: '2026-11-01', toDate: '2026-11-30' },
		]);
	});

	it('is on the cash basis where the integration says so', async () => {
		const { requests } = await reading({ historyStart: '2026-11', metadata: { basis: 'cash' } });
		expect(requests[0]!.query).toMatchObject({ paymentsOnly: 'true' });
	});

	it('comes whole or not at all; those before it are given, those after it are not', async () => {
		const failure = new ReadFailure('bad_request', 'made up');
		const given: Case = {
			answer: async ({ path, query }) => {
				if (query?.fromDate === '2026-02-01' && path.endsWith('BankSummary')) throw failure;
				return await Promise.resolve({});
			},
		};
		const stream = readByStrategy(contextOf(given, [], []));
		const months: string[] = [];
		const consume = async (): Promise<void> => {
			for (let next = await stream.next(); !next.done; next = await stream.next())
				months.push(next.value.recordId);
		};
		await expect(consume()).rejects.toBe(failure);
		expect(months).toEqual(['2025-11', '2025-12', '2026-01']);
	});

	it('is read beside another, but never more calls at once than the account allows', async () => {
		let running = 0;
		let most = 0;
		await reading({
			answer: async () => {
				most = Math.max(most, ++running);
				await new Promise((resolve) => setTimeout(resolve, 1));
				running--;
				return {};
			},
		});
		expect(most).toBe(4);
	});
});
