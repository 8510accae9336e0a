import { describe, expect, it } from '@jest/globals';

import { normalised, project, rowOf, task, valuesByDay } from './records';

const valueOn = (day: string, metric: string, record: unknown): string | undefined =>
	rowOf(normalised(record), day, metric)?.metricValue;

describe('the edges of days', () => {
	const done = (completed_at: string) =>
		project([task({ completed_at, created_at: '2026-01-01T00:00:00.000Z' })], {
			created_at: '2024-01-01T00:00:00.000Z',
		});

	it.each([
		['Etc/UTC', '2026-06-10T23:59:59.999Z', '2026-06-10'],
		['Etc/UTC', '2026-06-11T00:00:00.000Z', '2026-06-11'],
		['Australia/Sydney', '2026-06-10T13:59:59.999Z', '2026-06-10'],
		['Australia/Sydney', '2026-06-10T14:00:00.000Z', '2026-06-11'],
		['Australia/Perth', '2026-06-10T15:59:59.999Z', '2026-06-10'],
		['Australia/Perth', '2026-06-10T16:00:00.000Z', '2026-06-11'],
		['Pacific/Auckland', '2026-06-10T11:59:59.999Z', '2026-06-10'],
		['Pacific/Auckland', '2026-06-10T12:00:00.000Z', '2026-06-11'],
		['Pacific/Kiritimati', '2026-06-10T10:00:00.000Z', '2026-06-11'],
		['Pacific/Pago_Pago', '2026-06-11T10:59:59.999Z', '2026-06-10'],
	])('lie at midnight in %s: %s is %s', (timezone, completed, day) => {
		const days = valuesByDay(normalised(done(completed), { timezone }));
		const busy = [...days].filter(([, values]) => values.throughput !== '0.0000').map(([one]) => one);
		expect(busy).toEqual([day]);
	});

	it.each([
		// The hour from 2 to 3 is missing, and comes twice.
		['Australia/Sydney', '2025-10-05', '2025-10-04T14:00:00.000Z', '2025-10-05T12:59:59.999Z'],
		['Australia/Sydney', '2026-04-05', '2026-04-04T13:00:00.000Z', '2026-04-05T13:59:59.999Z'],
		['Pacific/Auckland', '2025-09-28', '2025-09-27T12:00:00.000Z', '2025-09-28T10:59:59.999Z'],
		// Midnight itself is missing, and comes twice.
		['Africa/Cairo', '2025-04-25', '2025-04-24T22:00:00.000Z', '2025-04-25T20:59:59.999Z'],
		['Atlantic/Azores', '2025-10-26', '2025-10-26T00:00:00.000Z', '2025-10-27T00:59:59.999Z'],
		['Etc/UTC', '2024-02-29', '2024-02-29T00:00:00.000Z', '2024-02-29T23:59:59.999Z'],
	])('hold in %s on %s, when clocks change or the year leaps', (timezone, day, first, last) => {
		const on = (instant: string): string[] => {
			const record = { ...done(instant), days: { from: '2024-02-01', to: '2026-05-01' } };
			const days = valuesByDay(
				normalised({ ...record, created_at: '2024-01-01T00:00:00.000Z' }, { timezone }),
			);
			return [...days].filter(([, values]) => values.throughput === '1.0000').map(([one]) => one);
		};
		const step = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();
		expect([on(first), on(last)]).toEqual([[day], [day]]);
		expect(on(step(first, -1))).not.toEqual([day]);
		expect(on(step(last, 1))).not.toEqual([day]);
	});
});

describe('exactness', () => {
	it('rounds half up at the fourth place, and once', () => {
		// 4.32 seconds are 0.00005 days.
		const after = (ms: number) =>
			project([
				task({
					created_at: '2026-06-10T00:00:00.000Z',
					completed_at: new Date(Date.UTC(2026, 5, 10) + ms).toISOString(),
				}),
			]);
		expect(valueOn('2026-06-10', 'task_cycle_days', after(4_320))).toBe('0.0001');
		expect(valueOn('2026-06-10', 'task_cycle_days', after(4_319))).toBe('0.0000');
	});

	it('gives the same for the same record in any order', () => {
		const tasks = [
			task({ completed_at: '2026-06-11T20:00:00.123Z' }),
			task(),
			task({ completed_at: '2026-06-11T03:00:00.007Z' }),
		];
		expect(normalised(project(tasks.toReversed()))).toEqual(normalised(project(tasks)));
	});
});
