import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';
import { useDatabase } from '../../support/database/use-database';
import { rightsOf, type Rights } from '../../support/database/rights';

/** The page's columns, in its order. */
const ROLES = ['app', 'loader', 'tokens', 'worker', 'operator', 'reader'].map((name) => `zixly_${name}`);
const TOKENS = ['access_token', 'refresh_token'];

/** A cell for each role, by the page's names of the rows. */
type Matrix = Record<string, string[]>;

const database = useDatabase();

/** The cells of the tables below a heading, without their heads. */
function rowsBelow(heading: string): string[][] {
	const page = readFileSync(path.join(CHECKOUT, 'docs/security.md'), 'utf8');
	const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
	const lines = section.split('\n').filter((line) => line.startsWith('|'));
	const cells = lines.map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);
	return cells.filter(([first]) => first?.startsWith('`'));
}

const matrixOf = (rows: string[][]): Matrix =>
	Object.fromEntries(rows.map(([name, ...cells]) => [name, cells]));

/** What the page says of a role's rights to some columns of a table. */
function cellOf(rights: Rights, columns: string[]): string {
	const within = (verb: 'select' | 'insert' | 'update') =>
		columns.filter((one) => rights[verb].includes(one));
	const verbs = [
		selectOf(within('select'), columns),
		within('insert').length > 0 && 'I',
		within('update').length > 0 && 'U',
		rights.delete && 'D',
	];
	return verbs.filter(Boolean).join(' ');
}

function selectOf(selected: string[], columns: string[]): string {
	const missing = columns.filter((one) => !selected.includes(one));
	if (selected.length === 0 || missing.length === 0) return selected.length > 0 ? 'S' : '';
	return missing.length < selected.length
		? `S (without ${missing.join(', ')})`
		: `S (${selected.join(', ')})`;
}

/** The rows that the page has for a table. */
function rowsFor(table: string, columns: string[]): Array<[name: string, columns: string[]]> {
	const name = `\`${table.replace(/^public\./, '')}\``;
	if (!TOKENS.every((token) => columns.includes(token))) return [[name, columns]];
	return [
		[`${name} without tokens`, columns.filter((one) => !TOKENS.includes(one))],
		[`${name} tokens`, TOKENS],
	];
}

async function grantedMatrix(): Promise<Matrix> {
	const { admin } = database;
	const all = await rightsOf(admin, 'postgres');
	const byRole = await Promise.all(ROLES.map((role) => rightsOf(admin, role)));
	const rows = [...all].flatMap(([table, { select }]) =>
		rowsFor(table, select).map(([name, columns]) => [
			name,
			...byRole.map((rights) => cellOf(rights.get(table)!, columns)),
		]),
	);
	return matrixOf(rows);
}

it('docs/security.md has every role’s rights to every table as they are granted', async () => {
	expect(matrixOf(rowsBelow('Rights'))).toEqual(await grantedMatrix());
});

it('docs/security.md has a right that somebody granted since', async () => {
	await database.admin.query('grant select (email) on public.users to zixly_reader');
	const granted = await grantedMatrix();
	await database.admin.query('revoke select (email) on public.users from zixly_reader');
	expect(granted['`users`']).toEqual(['', '', '', '', 'S (tenant_id)', 'S (email)']);
	expect(matrixOf(rowsBelow('Rights'))).not.toEqual(granted);
});

it('docs/security.md names every role', () => {
	expect(rowsBelow('Roles').map(([name]) => name)).toEqual(ROLES.map((role) => `\`${role}\``));
});

it('docs/security.md says who may call which functions', async () => {
	const { rows } = await database.admin.query<{ role: string; functions: string[] }>(
		`select role, array_agg(p.proname::text order by p.proname) as functions
		from unnest($1::text[]) role join pg_proc p on p.pronamespace = 'etl'::regnamespace and p.prosecdef
			and has_function_privilege(role, p.oid, 'execute')
		where role <> 'zixly_operator' group by role`,
		[ROLES],
	);
	const callable = Object.fromEntries(rows.map(({ role, functions }) => [role, functions]));
	const { zixly_worker: ofWorker, ...others } = callable;
	expect(others).toEqual({
		zixly_loader: ['hold_links', 'share_links'],
		zixly_reader: ['tenant_of_reader'],
	});
	const page = readFileSync(path.join(CHECKOUT, 'docs/security.md'), 'utf8');
	for (const name of Object.values(others).flat()) {
		expect(ofWorker).not.toContain(name);
		expect(page).toContain(`\`${name}\``);
	}
});
