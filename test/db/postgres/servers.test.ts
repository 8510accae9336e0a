import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { closePools, getPool } from '../../../db/postgres/pool';
import { migrate } from '../../../db/schema/migrate';
import { schemaStatus } from '../../../db/schema/status';
import { postgresConnection } from '../../../nodes/adapter/credential-test';
import { emptyDatabase, type TestDatabase } from '../../support/database/database';
import { asAdmin, loginSettings, OWNER, findTemplate } from '../../support/database/template';

/** What the dialog of the credential says. */
async function testOf(settings: object) {
	return await postgresConnection.call(
		{} as never,
		{ id: '1', name: 'n', type: 't', data: { ...settings } } as never,
	);
}

describe('a database that cannot be used', () => {
	const name = `zixly_test_unfit_${process.pid}`;
	const { adminUrl } = findTemplate();
	const settings = loginSettings(findTemplate(), OWNER, name);
	const create = async (more: string) =>
		await asAdmin(adminUrl, (client) => client.query(`create database ${name} owner ${OWNER} ${more}`));
	const drop = async () => {
		await closePools();
		await asAdmin(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
	};

	it.each([
		[
			'is not in UTF8',
			"encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
			undefined,
			/encoding LATIN1.*UTF8/,
		],
		[
			'accepts no writes',
			'',
			`alter database ${name} set default_transaction_read_only = on`,
			/default_transaction_read_only/,
		],
	])('is rejected at Migrate and at Test, in words, because it %s', async (_, more, alter, words) => {
		await create(more);
		try {
			if (alter) await asAdmin(adminUrl, (client) => client.query(alter));
			await expect(migrate(settings)).rejects.toThrow(words);
			expect(await testOf(settings)).toMatchObject({
				status: 'Error',
				message: expect.stringMatching(words),
			});
			expect((await schemaStatus(getPool(settings))).unfit).toEqual([expect.stringMatching(words)]);
		} finally {
			await drop();
		}
	});
});

describe('a migration that meets a lock', () => {
	let database: TestDatabase;
	let holder: pg.Client;
	beforeAll(async () => {
		database = await emptyDatabase();
	});
	afterAll(() => database.close());

	async function hold(): Promise<void> {
		holder = new pg.Client({ connectionString: database.adminUrl, application_name: 'a psql left open' });
		holder.on('error', () => undefined);
		await holder.connect();
		await holder.query('begin');
		await holder.query('create schema etl');
	}

	it('names the session in its way when it waited in vain, and changes nothing', async () => {
		await hold();
		await expect(migrate(database.owner, { lockWaitMs: 1_500 })).rejects.toThrow(
			/Another session holds a lock.*Nothing was changed.*session \d+ \(login "postgres".*\).*pg_terminate_backend/,
		);
		await holder.query('rollback');
		await holder.end();
		expect((await schemaStatus(database.pool)).version).toBeNull();
	});

	it('goes on once it is let go', async () => {
		await hold();
		const said: string[] = [];
		const log = (line: string): void => {
			said.push(line);
			if (line.includes('trying again')) void holder.query('rollback');
		};
		expect(await migrate(database.owner, { log })).toMatchObject({ from: null, to: '1.0' });
		expect(said).toContain('Another session holds a lock that the migration needs; trying again.');
		await holder.end();
	});

	it('waits for another migration with a limit, and names its session', async () => {
		const { PG_MIGRATE_LOCK_ID } = await import('node-pg-migrate');
		const other = new pg.Client({ connectionString: database.adminUrl, application_name: 'a dashboard' });
		await other.connect();
		await other.query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID]);
		await expect(migrate(database.owner, { lockWaitMs: 700 })).rejects.toThrow(
			/Another migration is running.*session \d+ \(login "postgres"/,
		);
		await other.end();
	});
});
