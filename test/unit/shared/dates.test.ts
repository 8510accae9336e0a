import { afterEach, describe, expect, it } from '@jest/globals';

import { xeroInstant } from '../../../nodes/providers/xero/normalise-monthly-financials';
import { toDay, toMonth } from '../../../nodes/shared/months';
import {
	earlierDay,
	isDay,
	isTimeZone,
	getLastDay,
	laterDay,
	plusDays,
	utcInstant,
} from '../../../nodes/shared/dates';

const machineZone = process.env.TZ;
afterEach(() => {
	if (machineZone === undefined) delete process.env.TZ;
	else process.env.TZ = machineZone;
});

describe('a calendar date', () => {
	it.each(['2026-06-30', '2028-02-29', '0001-01-01', '9999-12-31'])('%s exists', (day) => {
		expect(isDay(day)).toBe(true);
	});

	it.each(['2026-02-29', '2026-06-31', '0000-12-31', '2026-6-30', '2026-06-30T00:00', '', '12026-01-01'])(
		'%s does not',
		(day) => {
			expect(isDay(day)).toBe(false);
		},
	);

	it.each([
		['2026-01', '2026-01-31'],
		['2026-02', '2026-02-28'],
		['2000-02', '2000-02-29'],
		['1900-02', '1900-02-28'],
		['0001-02', '0001-02-28'],
		['9999-12', '9999-12-31'],
	])('ends %s on %s, on a machine in any time zone', (month, day) => {
		for (const zone of ['Australia/Sydney', 'America/Los_Angeles', 'UTC']) {
			process.env.TZ = zone;
			expect(getLastDay(month)).toBe(day);
		}
	});

	it('is counted over a change of the clocks and over leap days', () => {
		expect(plusDays('2026-10-05', -7)).toBe('2026-09-28');
		expect(plusDays('2028-02-28', 2)).toBe('2028-03-01');
		expect(plusDays('2026-01-03', -7)).toBe('2025-12-27');
	});

	it('is earlier or later', () => {
		expect(earlierDay('2026-01-31', '2026-02-01')).toBe('2026-01-31');
		expect(laterDay('2026-01-31', '2026-02-01')).toBe('2026-02-01');
	});
});

describe('an instant', () => {
	it.each([
		['2026-06-30T13:59:59Z', '2026-06-30T13:59:59.000Z'],
		['2026-06-30T13:59:59.123+10:00', '2026-06-30T03:59:59.123Z'],
		['2026-06-30T00:00:00-0330', '2026-06-30T03:30:00.000Z'],
		['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
		// As PostgreSQL prints them.
		['2026-06-30 09:30:00+00', '2026-06-30T09:30:00.000Z'],
		['2026-06-30 19:30:00+10', '2026-06-30T09:30:00.000Z'],
		['2026-06-30 15:00:00.5+05:30', '2026-06-30T09:30:00.500Z'],
		['1850-01-01 00:19:32+00:19:32', '1850-01-01T00:00:00.000Z'],
		['1880-01-01T00:00:00-04:56:02', '1880-01-01T04:56:02.000Z'],
	])('%s is %s', (text, instant) => {
		expect(utcInstant(text)).toBe(instant);
	});

	it.each([
		'2026-06-30',
		'2026-06-30T13:59:59',
		'yesterday',
		'2026-13-30T00:00:00Z',
		'0000-12-31T23:59:59Z',
		'0001-01-01T00:00:00+01',
		'2026-06-30 09:30:00+16',
		'2026-06-30 09:30:00+01:75',
		'0044-03-15 00:00:00+00 BC',
		'infinity',
		'10000-01-01 00:00:00+00',
		`2026-06-30T00:00:00.${'0'.repeat(100_000)}Z`,
		'',
	])('%s is none', (text) => {
		expect(utcInstant(text)).toBeUndefined();
	});

	it.each([
		['/Date(1518685950940+0000)/', '2018-02-15T09:12:30.940Z'],
		['/Date(1552326816230)/', '2019-03-11T17:53:36.230Z'],
		['/Date(1518685950940+1300)/', '2018-02-15T09:12:30.940Z'],
		['/Date(0+0000)/', '1970-01-01T00:00:00.000Z'],
		['/Date(-62135596800000)/', '0001-01-01T00:00:00.000Z'],
		['/Date(1518685950+0000)/', '1970-01-18T13:51:25.950Z'],
	])('is read from Xero’s %s as %s: always milliseconds', (text, instant) => {
		expect(xeroInstant(text)).toBe(instant);
	});

	it.each([
		'/Date(1e3)/',
		'/Date()/',
		'2018-02-15',
		1518685950940,
		null,
		'/Date(999999999999999)/',
		'/Date(-99999999999999)/',
	])('is not read from Xero’s %j', (text) => {
		expect(xeroInstant(text)).toBeUndefined();
	});

	it.each([
		// The hour that is missing, and the one that comes twice.
		['Australia/Sydney', '2026-10-03T15:59:59Z', '2026-10-04'],
		['Australia/Sydney', '2026-10-03T16:00:00Z', '2026-10-04'],
		['Australia/Sydney', '2026-04-04T15:30:00Z', '2026-04-05'],
		['Australia/Sydney', '2026-04-04T16:30:00Z', '2026-04-05'],
		['Australia/Sydney', '2026-04-05T13:59:59Z', '2026-04-05'],
		['Australia/Sydney', '2026-04-05T14:00:00Z', '2026-04-06'],
		['Australia/Perth', '2026-06-30T15:59:59Z', '2026-06-30'],
		['Australia/Perth', '2026-06-30T16:00:00Z', '2026-07-01'],
		['Etc/UTC', '2026-06-30T23:59:59Z', '2026-06-30'],
	])('falls in %s, %s, on %s', (zone, instant, day) => {
		expect(toDay(new Date(instant), zone)).toBe(day);
		expect(toMonth(new Date(instant), zone)).toBe(day.slice(0, 7));
	});
});

describe('a time zone', () => {
	it('is one by its IANA name only', () => {
		for (const zone of ['Australia/Sydney', 'Etc/UTC', 'Pacific/Auckland'])
			expect(isTimeZone(zone)).toBe(true);
		for (const zone of ['AUSEASTERNSTANDARDTIME', '', 'Mars/Olympus']) expect(isTimeZone(zone)).toBe(false);
	});
});
