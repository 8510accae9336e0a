import { describe, expect, it } from '@jest/globals';

import { toDay, isMonthKey, toMonth, monthsBetween, plusMonths } from '../../../nodes/shared/months';

describe('calendar months', () => {
	it('belong to the account’s time zone, not to ours', () => {
		const instant = new Date('2026-10-31T13:30:00Z');
		expect(toMonth(instant, 'Australia/Sydney')).toBe('2026-11');
		expect(toMonth(instant, 'Australia/Perth')).toBe('2026-10');
		expect(toMonth(instant, 'America/New_York')).toBe('2026-10');
		expect(toDay(instant, 'Australia/Sydney')).toBe('2026-11-01');
	});

	it('end on their own last day', () => {
		expect(monthsBetween('2023-12', '2024-03').map(({ lastDay }) => lastDay)).toEqual([
			'2023-12-31',
			'2024-01-31',
			'2024-02-29',
			'2024-03-31',
		]);
		expect(monthsBetween('2026-02', '2026-02')).toEqual([
			{ key: '2026-02', firstDay: '2026-02-01', lastDay: '2026-02-28' },
		]);
	});

	it('are none where the end lies before the start', () => {
		expect(monthsBetween('2026-03', '2026-02')).toEqual([]);
	});

	it('count over the turn of the year', () => {
		expect(plusMonths('2026-01', -13)).toBe('2024-12');
		expect(plusMonths('2025-12', 1)).toBe('2026-01');
	});

	it('are recognised by their form', () => {
		expect(['2026-01', '2026-12'].every(isMonthKey)).toBe(true);
		expect(['2026-13', '2026-00', '2026-1', '202601', '2026-01-01', ''].some(isMonthKey)).toBe(false);
	});
});
