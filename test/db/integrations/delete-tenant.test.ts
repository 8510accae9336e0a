import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';

import { runCommand } from '../../../bin/commands';
import { enterAccounts } from '../../../db/integrations/accounts';
import { deleteTenant, type TenantDeletion } from '../../../db/integrations/delete-tenant';
import { listTenants } from '../../../db/integrations/tenants';
import { createReader } from '../../../db/readers/logins';
import { claimDue } from '../../../db/runs/claim';
import { openRun } from '../../../db/runs/open';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { refreshTokens } from '../../../db/vault/refresh';
import { storeTokens } from '../../../db/vault/token-store';
import { databaseOperations } from '../../../nodes/Database/operations';
import { getPool } from '../../../db/postgres/pool';
import { urlOf } from '../../support/database/database';
import { holder } from '../../support/database/run-holder';
import { seedTenant } from '../../support/database/tenant-rows';
import { useDatabase } from '../../support/database/use-database';
import { isRefusal, pairOf } from '../../support/http/token-server';
import { nodeContext } from '../../support/n8n/node-context';

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
const NAME = 'Harbour Coffee';
const OWNER = { tenantId: 'gone', integrationId: 'gone-integration', provider: 'xero' };

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	await database.admin.query('truncate etl.deleted_tenants');
	await seedTenant(database.admin, 'gone');
	await seedTenant(database.admin, 'stays');
	await storeTokens(getPool(database.settings), ring, OWNER, pairOf(0));
	await database.admin.query("insert into etl.paused_tenants (tenant_id) values ('stays')");
});

const remove = async (deletion: Partial<TenantDeletion> = {}) =>
	await deleteTenant(getPool(database.settings), { tenantId: 'gone', name: NAME, waitMs: 0, ...deletion });

/** Every table of ours, from the catalogue, with the number of rows that hold the text in any column. */
async function search(admin: Pool, text: string): Promise<Record<string, number>> {
	const { rows } = await admin.query<{ name: string }>(
		`select format('%I.%I', n.nspname, c.relname) as name from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') order by 1`,
	);
	const found: Record<string, number> = {};
	for (const { name } of rows) {
		const { rowCount } = await admin.query(`select from ${name} t where position($1 in t::text) > 0`, [text]);
		if (rowCount) found[name] = rowCount;
	}
	return found;
}

describe('a deleted tenant', () => {
	it('leaves one line, whatever table is searched, and the others alone', async () => {
		const before = await search(database.admin, 'stays');
		const full = await search(database.admin, 'gone');
		expect(Object.keys(full).length).toBeGreaterThan(11);
		const deleted = await remove();
		expect(deleted).toMatchObject({
			...{ tenantId: 'gone', deletedNow: true, readersDropped: [], readersLeft: [], runsClosed: 1 },
			connections: [{ integrationId: 'gone-integration', provider: 'xero', consent: 'forgotten' }],
		});
		expect(deleted.rowCounts).toEqual({
			...Object.fromEntries(
				Object.keys(full)
					.filter((name) => name !== 'public.tenants')
					.map((name) => [name, 1]),
			),
			'etl.paused_tenants': 1,
			// With that of its end.
			'etl.connection_events': 2,
		});
		expect(await search(database.admin, 'gone')).toEqual({ 'etl.deleted_tenants': 1 });
		expect(await search(database.admin, 'stays')).toEqual(before);
		const { rows } = await database.admin.query('select * from etl.deleted_tenants');
		expect(rows).toEqual([
			{
				tenant_id: 'gone',
				deleted_at: expect.any(Date),
				deleted_by: database.settings.user,
				row_counts: deleted.rowCounts,
			},
		]);
		expect(JSON.stringify(rows)).not.toContain('Harbour');
	});

	it('is what it was where it is deleted again', async () => {
		const first = await remove();
		const again = await remove({ name: 'whatever' });
		expect(again).toMatchObject({
			deletedNow: false,
			deletedAt: first.deletedAt,
			rowCounts: first.rowCounts,
		});
	});

	it('takes its readers’ logins with it, or says who can drop them', async () => {
		const [one, two] = ['one', 'two'].map((name) => `zixly_test_gone_${name}_${process.pid}`);
		const owner = getPool(database.owner);
		await createReader(owner, { tenantId: 'gone', login: one! });
		await createReader(owner, { tenantId: 'stays', login: two! });
		const byOwner = await deleteTenant(owner, { tenantId: 'gone', name: NAME, waitMs: 0 });
		expect(byOwner).toMatchObject({ readersDropped: [one], readersLeft: [] });
		// n8n's login may not drop what another one created.
		const byWorker = await remove({ tenantId: 'stays' });
		expect(byWorker).toMatchObject({
			readersDropped: [],
			readersLeft: [expect.stringContaining(`drop role "${two}"`)],
		});
		const { rows } = await database.admin.query(
			'select rolname as name from pg_roles where rolname = any ($1)',
			[[one, two]],
		);
		expect(rows).toEqual([{ name: two }]);
		await database.admin.query(`drop owned by "${two}"; drop role "${two}"`);
	});

	it('says of each consent what became of it', async () => {
		const insert = `insert into integrations (id, tenant_id, provider, updated_at, metadata) values ($1, 'gone', $2, now(), $3)`;
		await database.admin.query(insert, ['gone-asana', 'asana', { authentication: 'n8n' }]);
		await database.admin.query(insert, ['gone-myob', 'myob', null]);
		await database.admin.query(insert, ['gone-hubspot', 'hubspot', null]);
		await storeTokens(
			getPool(database.settings),
			ring,
			{ ...OWNER, integrationId: 'gone-hubspot', provider: 'hubspot' },
			pairOf(1),
		);
		const asked: unknown[] = [];
		const { connections } = await remove({
			ring,
			revoke: async (owner, { tokens, accountIds }) => {
				asked.push([owner.provider, tokens.refreshToken, accountIds]);
				if (owner.provider === 'hubspot') throw new Error('made-up outage');
				return await Promise.resolve('revoked' as const);
			},
		});
		expect(connections.map(({ provider, consent }) => [provider, consent])).toEqual([
			['asana', 'keptByN8n'],
			['hubspot', 'forgotten'],
			['myob', 'noToken'],
			['xero', 'revoked'],
		]);
		expect(asked).toEqual([
			['hubspot', pairOf(1).refreshToken, []],
			['xero', pairOf(0).refreshToken, ['gone-organisation']],
		]);
	});

	it('is not deleted without its name, or where it is unknown, and nothing is changed', async () => {
		await expect(remove({ name: 'Harbour' })).rejects.toThrow(
			/not that of this tenant, so nothing was deleted/,
		);
		await expect(remove({ tenantId: 'other' })).rejects.toThrow('There is no tenant "other".');
		const [tenant] = await listTenants(getPool(database.settings), { search: 'gone' });
		expect(tenant).toMatchObject({ id: 'gone', pausedAt: null });
		expect((await search(database.admin, 'gone'))['public.financials']).toBe(1);
	});
});

describe('a sync that runs while its tenant is deleted', () => {
	it('is waited for, then closed, and brings nothing back', async () => {
		await database.admin.query("update etl.sync_runs set lease_until = now() + interval '1 hour'");
		const started = Date.now();
		expect(await remove({ waitMs: 1_500 })).toMatchObject({ runsClosed: 1 });
		expect(Date.now() - started).toBeGreaterThan(900);
		const words = async (work: Promise<unknown>): Promise<string> =>
			await work.then(
				() => 'stored',
				(error: Error) => error.message,
			);
		const exchange = async () => await Promise.resolve(pairOf(1));
		expect(
			await words(
				refreshTokens(getPool(database.settings), ring, OWNER, {
					stale: pairOf(0).accessToken,
					exchange,
					isRefusal,
				}),
			),
		).toMatch(/There is no connection "gone-integration"/);
		expect(await words(storeTokens(getPool(database.settings), ring, OWNER, pairOf(2)))).toMatch(
			/There is no connection/,
		);
		expect(
			await words(openRun(getPool(database.settings), { tenantId: 'gone', provider: 'manual' }, holder('1'))),
		).toMatch(/There is no such tenant/);
		expect(
			await words(enterAccounts(getPool(database.settings), OWNER, [{ id: 'gone-account', name: null }])),
		).not.toBe('stored');
		expect(
			await claimDue(getPool(database.settings), {
				provider: 'xero',
				limit: 5,
				holder: holder('2'),
				authentication: 'stored',
				...{ syncEveryHours: 6, runNow: true },
			}),
		).toEqual([]);
		expect(await search(database.admin, 'gone')).toEqual({ 'etl.deleted_tenants': 1 });
	});
});

describe('Tenant: Delete and zixly tenant delete', () => {
	it('say what was deleted and what is left to do', async () => {
		await database.admin.query("update etl.sync_runs set status = 'succeeded', finished_at = now()");
		const context = nodeContext({
			database: database.settings,
			items: [{}],
			parameters: { tenantId: 'gone', confirmName: NAME },
		});
		const [item] = await databaseOperations['tenant:delete']!(context);
		expect(item!.json).toMatchObject({ tenantId: 'gone', deletedNow: true, runsClosed: 0 });
		expect(context.hints.join(' ')).toMatch(/deleted.*1 connection.*only forgotten.*Xero.*n8n/s);
		const said: string[] = [];
		const deleted = await runCommand(
			['tenant', 'delete', '--tenant-id', 'stays', '--name', NAME],
			{ DATABASE_URL: urlOf(database.settings) },
			(line) => said.push(line),
		);
		expect(deleted).toMatchObject({ tenantId: 'stays', deletedNow: true });
		expect(said.join('\n')).toMatch(/Deleted the tenant stays.*n8n/s);
	});

	it('want the name', async () => {
		const parameters = { tenantId: 'gone', confirmName: '' };
		const context = nodeContext({ database: database.settings, items: [{}], parameters });
		await expect(databaseOperations['tenant:delete']!(context)).rejects.toThrow(
			/name is not that of this tenant/,
		);
		const environment = { DATABASE_URL: urlOf(database.settings) };
		const run = runCommand(['tenant', 'delete', '--tenant-id', 'gone'], environment, () => undefined);
		await expect(run).rejects.toThrow(/--name/);
	});
});
