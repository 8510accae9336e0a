import { describe, expect, it } from '@jest/globals';

import { parseJson } from '../../../../nodes/engine/http/json';
import { parseAmount, roundedTo } from '../../../../nodes/shared/money';

const nested = (levels: number): string => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;

describe('a number of a reply', () => {
	it.each([
		['8999000001.014999', '8999000001.014999'],
		['-8999000001.014999', '-8999000001.014999'],
		['9007199254740993', '9007199254740993'],
		['0.12345678901234567', '0.12345678901234567'],
		['8.999000001014999e9', '8999000001.014999'],
		['12345678901234567890e-2', '123456789012345678.9'],
		['1e400', '1e400'],
		['1e-400', '1e-400'],
	])('%s keeps every digit, as text', (source, text) => {
		for (const json of [source, ` ${source}`, `[${source}]`, `{"a":{"b": ${source} }}`, `[1,${source},2]`])
			expect(JSON.stringify(parseJson(json))).toContain(JSON.stringify(text));
	});

	it.each([
		'0',
		'-1',
		'100',
		'1234.5',
		'0.1',
		'1e3',
		'123456789012345',
		'9007199254740991',
		'33.333333333333336',
	])('%s stays a number', (source) => {
		expect(parseJson(`{"value":${source},"long":12345678901234567890}`)).toMatchObject({
			value: Number(source),
		});
		expect(parseJson(source)).toBe(Number(source));
	});

	it('equals the float that it was printed from in full', () => {
		const printed = '0.1000000000000000055511151231257827021181583404541015625';
		expect(parseJson(`[${printed}]`)).toEqual([0.1]);
	});

	it('is rounded to the cent that its own digits give', () => {
		const { value } = parseJson('{"value":8999000001.014999}') as { value: unknown };
		expect(roundedTo(parseAmount(value, 'value'), 2).toFixed(2)).toBe('8999000001.01');
	});

	it('is unchanged inside a string', () => {
		const text = 'Account: 8999000001.014999, 1e400 "quoted" \\ \u2603';
		expect(parseJson(JSON.stringify({ text, '12345678901234567890': 'key' }))).toEqual({
			text,
			'12345678901234567890': 'key',
		});
	});
});

describe('a reply', () => {
	it.each([
		'',
		'{',
		'{"a":1',
		'<html>',
		'[1,]',
		'{a:1}',
		'[0123456789012345678]',
		'{12345678901234567890:1}',
	])('is none when it is no JSON: %j', (text) => {
		expect(parseJson(text)).toBeUndefined();
	});

	it('contains no redacted property and no __proto__', () => {
		const text =
			'{"APIKey":"s","list":[{"APIKey":{"a":1},"b":[[{"APIKey":2}]]}],"__proto__":{"polluted":1},"n":12345678901234567890}';
		const json = parseJson(text, ['APIKey']) as object;
		expect(json).toEqual({ list: [{ b: [[{}]] }], n: '12345678901234567890' });
		expect(Object.keys(json)).toEqual(['list', 'n']);
		expect({ ...json, ...{} }).not.toHaveProperty('polluted');
		expect({}).not.toHaveProperty('polluted');
	});

	it('keeps the last of two properties with one name, with or without long numbers', () => {
		expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
		expect(parseJson('{"a":1,"a":2,"b":12345678901234567890}')).toMatchObject({ a: 2 });
	});

	it.each([1_000, 10_000, 1_000_000])('%i nested levels are no reply', (levels) => {
		expect(parseJson(nested(levels))).toBeUndefined();
		expect(parseJson(`{"n":12345678901234567890,"deep":${nested(levels)}}`)).toBeUndefined();
	});

	it('may be nested as deep as reports are', () => {
		expect(parseJson(nested(100))).toBeDefined();
	});
});
