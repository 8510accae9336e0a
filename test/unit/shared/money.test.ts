import { describe, expect, it } from '@jest/globals';

import { toAmount, columnText, parseAmount, plainText, sumAmounts } from '../../../nodes/shared/money';
import { Rejection } from '../../../nodes/shared/rejection';

const read = (value: unknown): string => parseAmount(value, 'here').toFixed();

function codeOf(work: () => unknown): unknown {
	try {
		return work();
	} catch (error) {
		return error instanceof Rejection ? [error.code, error.path] : error;
	}
}

describe('an amount', () => {
	it.each([
		['0.00', '0'],
		['-718.55', '-718.55'],
		['2,500.00', '2500'],
		['-1,234,567.89', '-1234567.89'],
		[' 12.30\t', '12.3'],
		['000123.4500', '123.45'],
		['1000000000000000.0001', '1000000000000000.0001'],
		['-0.00', '0'],
		['12.345678901234567890123456789', '12.345678901234567890123456789'],
		[0.1, '0.1'],
		[-718.55, '-718.55'],
		[1e-7, '0.0000001'],
		[1e21, '1000000000000000000000'],
		[0, '0'],
	])('%j is read as %s', (value, text) => {
		expect(read(value).replace(/^-0$/, '0')).toBe(text);
	});

	it('is the same as text and as a number', () => {
		for (const text of ['12.34', '-0.01', '9999999999.99']) expect(read(Number(text))).toBe(read(text));
	});

	it.each(['', '   ', null, undefined])('%j is missing', (value) => {
		expect(codeOf(() => read(value))).toEqual(['amount_missing', 'here']);
	});

	it.each([
		...[
			'abc',
			'1.2.3',
			'1,23',
			'12,34,567',
			',5',
			'.5',
			'5.',
			'+5',
			'--5',
			'- 5',
			'5-',
			'1e5',
			'0x10',
			'(12.00)',
		],
		...[
			'−5',
			'５',
			'$5',
			'5 AUD',
			'NaN',
			'Infinity',
			'1_000',
			'1 000',
			'9'.repeat(41),
			`0.${'1'.repeat(40)}`,
		],
		...[NaN, Infinity, -Infinity, 1e300, true, {}, [], ['5'], '9'.repeat(1_000_000)],
	])('%j is refused', (value) => {
		expect(codeOf(() => read(value))).toEqual(['not_a_number', 'here']);
	});

	it('rejects an amount in parentheses, with what to do', () => {
		expect(() => parseAmount('(1,234.50)', 'here')).toThrow(/in parentheses.*minus sign/);
	});
});

describe('a sum', () => {
	it('is exact', () => {
		expect(sumAmounts(['0.1', '0.2'].map(toAmount)).toFixed()).toBe('0.3');
		const large = sumAmounts(['1000000000000000.0001', '-1000000000000000', '0.0001'].map(toAmount));
		expect(large.toFixed()).toBe('0.0002');
		expect(sumAmounts(Array.from({ length: 10_000 }, () => toAmount('0.01'))).toFixed()).toBe('100');
	});
});

describe('a column', () => {
	it.each([
		['12.345', 2, '12.35'],
		['-12.345', 2, '-12.35'],
		['12.3449999999999999999999', 2, '12.34'],
		['1.005', 2, '1.01'],
		['0.00005', 4, '0.0001'],
		['-0.001', 2, '0.00'],
		['0', 4, '0.0000'],
		['9999999999.99', 2, '9999999999.99'],
		['-9999999999.994', 2, '-9999999999.99'],
		['99999999.99994', 4, '99999999.9999'],
		['1500', 2, '1500.00'],
		['0.123', 2, '0.12'],
	] as const)('takes %s at %i places as %s', (amount, places, text) => {
		expect(columnText(toAmount(amount), places, 'here')).toBe(text);
	});

	it.each([
		['9999999999.995', 2],
		['10000000000', 2],
		['-10000000000', 2],
		['99999999.99995', 4],
		['1e40', 2],
	] as const)('has no room for %s at %i places', (amount, places) => {
		expect(codeOf(() => columnText(toAmount(amount), places, 'here'))).toEqual([
			'numeric_out_of_range',
			'here',
		]);
	});
});

describe('plain text of an amount', () => {
	it.each([
		['5', '5.00'],
		['5.5', '5.50'],
		['12.345', '12.345'],
		['-0', '0.00'],
		['0.0000001', '0.0000001'],
	])('%s is %s', (amount, text) => {
		expect(plainText(toAmount(amount))).toBe(text);
	});
});
