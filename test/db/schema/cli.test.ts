import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PG_MIGRATE_LOCK_ID } from 'node-pg-migrate';

import { keyRing } from '../../../db/vault/key-ring';
import { emptyDatabase, urlOf, type TestDatabase } from '../../support/database/database';

const ROOT = path.resolve(__dirname, '../../..');

interface Package {
	version: string;
}

interface Result {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** The command line in a process of its own, as a user runs it. */
async function zixly(
	args: string[],
	environment: Record<string, string> = {},
	heard: (stderr: string) => void = () => undefined,
): Promise<Result> {
	const script = [path.join(ROOT, 'node_modules/tsx/dist/cli.mjs'), path.join(ROOT, 'bin/zixly.ts')];
	const inherited = { ...process.env };
	delete inherited.DATABASE_URL;
	const child = spawn(process.execPath, [...script, ...args], {
		cwd: ROOT,
		env: { ...inherited, ...environment },
	});
	const result: Result = { code: null, stdout: '', stderr: '' };
	child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => heard((result.stderr += chunk.toString())));
	result.code = await new Promise((resolve) => child.once('close', resolve));
	return result;
}

/** What a script reads: exactly one line, one object. */
function objectOf({ stdout }: Result): Record<string, unknown> {
	expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
	return JSON.parse(stdout) as Record<string, unknown>;
}

let database: TestDatabase;
let url: string;
beforeAll(async () => {
	database = await emptyDatabase();
	url = urlOf(database.owner);
});
afterAll(async () => {
	await database.close();
});

describe('zixly', () => {
	it('sets a database up from nothing: status, migrate, again, tenant, status', async () => {
		const empty = await zixly(['status', '--database-url', url]);
		expect(objectOf(empty)).toMatchObject({ version: null, upToDate: false });
		expect(empty.stderr).toContain('run zixly migrate');

		const first = await zixly(['migrate'], { DATABASE_URL: url });
		expect(first.code).toBe(0);
		expect(objectOf(first)).toMatchObject({ from: null, to: '1.0', vector: 'unavailable' });
		expect(first.stderr).toMatch(
			/^Applying 0001_schema\nApplying 0002_pipeline\n[^]*The schema is now at version 1\.0/,
		);

		const again = await zixly(['migrate', '--database-url', url]);
		expect(objectOf(again)).toMatchObject({ from: '1.0', to: '1.0', applied: [] });

		const tenant = await zixly(['tenant', 'create', '--name', 'Harbour Coffee', '--database-url', url]);
		expect(tenant.code).toBe(0);
		expect(objectOf(tenant)).toEqual({
			id: expect.stringMatching(/^c[a-z0-9]{20,}$/),
			name: 'Harbour Coffee',
		});
		const { id } = objectOf(tenant);
		const run = async (...args: string[]) => objectOf(await zixly([...args, '--database-url', url]));
		const harbour = { id, name: 'Harbour Coffee', industry: null };
		expect(await run('tenant', 'list')).toMatchObject({ tenants: [{ ...harbour, pausedAt: null }] });
		const named = ['--tenant-id', String(id)];
		expect(await run('tenant', 'pause', ...named)).toMatchObject({ ...harbour, changed: true });
		const paused = await zixly(['tenant', 'list', '--database-url', url]);
		expect(paused.stderr).toMatch(/Harbour Coffee {2}\(paused since \d{4}-/);
		expect(await run('tenant', 'resume', ...named)).toMatchObject({ ...harbour, pausedAt: null });
		const renamed = await run('tenant', 'update', ...named, '--name', 'Harbour', '--industry', 'Coffee');
		expect(renamed).toMatchObject({ id, name: 'Harbour', industry: 'Coffee', changed: true });
		expect(await run('tenant', 'list', '--search', 'nobody')).toEqual({ tenants: [] });

		const status = await zixly(['status', '--database-url', url]);
		expect(objectOf(status)).toMatchObject({
			version: '1.0',
			upToDate: true,
			tenants: 1,
			warnings: [expect.stringContaining('may connect')],
		});
	});

	it('says what it is doing while it does it', async () => {
		const holder = await database.admin.connect();
		await holder.query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID]);
		const free = async (): Promise<void> => {
			await holder.query('select pg_advisory_unlock($1)', [PG_MIGRATE_LOCK_ID]);
			holder.release();
		};
		let freed: Promise<void> | undefined;
		const { stderr } = await zixly(['migrate', '--database-url', url], {}, (heard) => {
			if (heard.includes('waiting for it')) freed ??= free();
		});
		await freed;
		expect(stderr).toMatch(/^Another migration is running; waiting[^]*already up to date/);
	});

	it('generates a key that the key credential takes', async () => {
		const { id, key } = objectOf(await zixly(['key', 'generate'])) as { id: string; key: string };
		expect(() => keyRing({ activeKeyId: id, activeKey: key })).not.toThrow();
	});

	it('says its version', async () => {
		const result = await zixly(['--version']);
		const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Package;
		expect(result.code).toBe(0);
		expect(objectOf(result)).toEqual({ version });
		expect(result.stderr).toBe(`n8n-nodes-zixly ${version}\n`);
	});

	it('explains itself on request, and nothing goes to stdout', async () => {
		const help = await zixly(['--help']);
		expect(help).toMatchObject({ code: 0, stdout: '' });
		expect(help.stderr).toContain('Usage: zixly <command>');
	});

	const refused: Array<[what: string, args: string[], words: RegExp]> = [
		['no command', [], /No command was given[^]*Usage/],
		['an unknown command', ['tenant', 'burn'], /"tenant burn" is not a command[^]*Usage/],
		['a name that every object has', ['constructor'], /"constructor" is not a command[^]*Usage/],
		['an unknown option', ['migrate', '--force'], /--force[^]*Usage/],
		['a tenant without its id', ['tenant', 'pause'], /zixly tenant pause --tenant-id ID/],
		['an update of nothing', ['tenant', 'update', '--tenant-id', 'x'], /--name or --industry/],
		['a deletion without the name', ['tenant', 'delete', '--tenant-id', 'x'], /Type the tenant’s name/],
		['no database', ['migrate'], /Use --database-url or set DATABASE_URL/],
		['a URL that is none', ['migrate', '--database-url', 'made-up-secret'], /cannot be read/],
		[
			'a server that is not there',
			['status', '--database-url', 'postgresql://u:p@127.0.0.1:9/x'],
			/The connection was refused/,
		],
		[
			'an unknown sslmode',
			['status', '--database-url', 'postgresql://u:p@127.0.0.1/x?sslmode=maybe'],
			/Use disable, require/,
		],
	];
	it.each(refused)(
		'refuses %s with words, an empty stdout and a failing exit code',
		async (_what, args, words) => {
			const result = await zixly(args);
			expect(result).toMatchObject({ code: 1, stdout: '' });
			expect(result.stderr).toMatch(words);
			expect(result.stderr).not.toMatch(/made-up-secret|\n\s+at /);
		},
	);

	it('refuses a tenant without a name, and a wrong password, without repeating it', async () => {
		const nameless = await zixly(['tenant', 'create', '--database-url', url]);
		expect(nameless).toMatchObject({ code: 1, stdout: '' });
		expect(nameless.stderr).toContain('--name');
		const wrong = await zixly([
			'status',
			'--database-url',
			urlOf({ ...database.owner, password: 'made-up-wrong' }),
		]);
		expect(wrong).toMatchObject({ code: 1, stdout: '' });
		expect(wrong.stderr).toContain('The password of the database login is wrong.');
		expect(wrong.stderr).not.toContain('made-up-wrong');
	});
});
