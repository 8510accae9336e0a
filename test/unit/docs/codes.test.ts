import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { FAILURE_CLASSES } from '../../../nodes/shared/failure-classes';
import { CHECKOUT } from '../../support/checkout';

const PAGE = readFileSync(join(CHECKOUT, 'docs', 'troubleshooting.md'), 'utf8');

/** The codes in the first column of the page's tables. */
const explained = new Set(
	[...PAGE.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) =>
		[...cell!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code!),
	),
);

/** The source, without its tests, as one text. */
const source = ['nodes', 'db']
	.flatMap((folder) =>
		readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name) => readFileSync(join(CHECKOUT, folder, name), 'utf8')),
	)
	.join('\n');

/** Where the source says a reason code. A new way of saying one belongs here too. */
const SAID = [
	// new Rejection('code', …), new RefusedValue('code', …), and whatever such errors are called
	/\bnew (?:Rejection|RefusedValue|InvalidValueError)\(\s*'([a-z_]+)'/g,
	// { code: 'code', message }
	/\bcode: '([a-z_]+)'/g,
	// parseAs(…, 'code'), parse(…, 'code'): how a schema's fault is called
	/\bparse\w*(?:<\w+>)?\([^;]*?, '([a-z]+_[a-z_]+)'\)/g,
	/\bcode = '([a-z_]+)'/g,
	// what PostgreSQL says of a row, by its SQLSTATE
	/^\t'[0-9A-Z]{2,5}': \[\s*'row',\s*'([a-z_]+)'/gm,
	// refuse(item, json, 'code', …) of an item that is not stored
	/\.(?:refuse|reject)\(item, json, '([a-z_]+)'/g,
];

/** { code: CONSTANT, … }, by what the constant says; a SQLSTATE is no reason code. */
const named = [...source.matchAll(/\bcode: ([A-Z][A-Z_]+)\b/g)]
	.map(([, constant]) => new RegExp(`\\b${constant} = '([^']+)'`).exec(source)?.[1] ?? `${constant}?`)
	.filter((code) => !/^[0-9A-Z]{5}$/.test(code));

const codes = new Set([
	...named,
	...SAID.flatMap((pattern) => [...source.matchAll(pattern)].map(([, code]) => code!)),
]);

describe('docs/troubleshooting.md', () => {
	it('explains every class of failure', () => {
		expect(Object.keys(FAILURE_CLASSES).filter((one) => !explained.has(one))).toEqual([]);
	});

	it('explains every reason code of the source', () => {
		expect([...codes].filter((code) => !explained.has(code)).sort()).toEqual([]);
	});

	it('explains no code that the source does not have', () => {
		expect([...explained].filter((code) => !new RegExp(`'${code}'|\\b${code}:`).test(source))).toEqual([]);
	});

	it('has a heading for the most frequent one, to which the README links', () => {
		expect(PAGE).toContain('\n### `rate_missing`\n');
	});
});

it.each([
	...['rate_missing', 'unknown_section', 'client_missing', 'too_many_cells', 'unexpected_report', 'internal'],
	...['invalid_record', 'invalid_row', 'wrong_type', 'foreign_client', 'check_violation', 'unique_violation'],
	...[
		'database_error',
		'other_tenant',
		'not_our_run',
		'unknown_stream',
		'encoding',
		'status_unknown',
		'entry_without_id',
	],
])('the check finds %s in the source', (code) => {
	expect(codes).toContain(code);
});
