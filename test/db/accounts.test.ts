import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { enabledAccounts, saveAccounts, type AccountFacts, type AccountOwner } from '../../db/accounts';
import { createIntegration } from '../../db/integrations';
import { readStates } from '../../db/stream-states';
import { createTenant } from '../../db/tenants';
import { testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let harbour: AccountOwner;
let southern: AccountOwner;

beforeAll(async () => {
	database = await testDatabase();
});
afterAll(async () => {
	await database.close();
});
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	harbour = await owner('Harbour');
	southern = await owner('Southern');
});

async function owner(name: string): Promise<AccountOwner> {
	const { id: tenantId } = await createTenant(database.pool, { name });
	return await connectionOf(tenantId);
}

async function connectionOf(tenantId: string, provider = 'xero'): Promise<AccountOwner> {
	const { integrationId } = await createIntegration(database.pool, {
		tenantId,
		provider,
		authentication: 'stored',
	});
	return { tenantId, integrationId, provider };
}

function account(id: string, facts: Partial<AccountFacts> = {}): AccountFacts {
	return { id, name: `Organisation ${id}`, timezone: 'Australia/Sydney', currency: 'AUD', ...facts };
}

const save = async (of: AccountOwner, ...accounts: AccountFacts[]) =>
	await saveAccounts(database.pool, of, accounts);

/** Whose accounts they are, and which version of each row there is. */
async function stored(): Promise<Array<{ id: string; integration: string; name: string; version: string }>> {
	const { rows } = await database.admin.query(
		`select account_id as id, integration_id as integration, name, xmin::text as version
		from etl.accounts order by account_id`,
	);
	return rows as Array<{ id: string; integration: string; name: string; version: string }>;
}

describe('the accounts behind a connection', () => {
	it('are saved with what is known of them', async () => {
		const [one, two] = [account('1'), account('2', { currency: 'NZD', timezone: 'Pacific/Auckland' })];
		expect(await save(harbour, one, two)).toEqual({
			saved: [
				{ ...one, enabled: true },
				{ ...two, enabled: true },
			],
			conflicts: [],
		});
		const { rows } = await database.admin.query('select * from etl.accounts order by account_id');
		expect(rows[1]).toEqual({
			integration_id: harbour.integrationId,
			tenant_id: harbour.tenantId,
			provider: 'xero',
			account_id: '2',
			name: 'Organisation 2',
			timezone: 'Pacific/Auckland',
			currency: 'NZD',
			enabled: true,
		});
	});

	it('are written again only where something changed', async () => {
		await save(harbour, account('1'), account('2'));
		const before = await stored();
		await save(harbour, account('1'), account('2', { name: 'Renamed' }));
		const after = await stored();
		expect(after[0]).toEqual(before[0]);
		expect(after[1]).toMatchObject({ id: '2', name: 'Renamed' });
	});

	it('stay switched off when they are seen again, and are not listed', async () => {
		await save(harbour, account('1'), account('2'));
		await database.admin.query("update etl.accounts set enabled = false where account_id = '1'");
		const { saved } = await save(harbour, account('1', { name: 'Renamed' }), account('2'));
		expect(saved.map(({ id, enabled }) => [id, enabled])).toEqual([
			['1', false],
			['2', true],
		]);
		expect(await enabledAccounts(database.pool, harbour)).toEqual([{ id: '2', name: 'Organisation 2' }]);
	});

	it('are the same id twice where the providers differ', async () => {
		await save(harbour, account('1'));
		const hubspot = await connectionOf(southern.tenantId, 'hubspot');
		expect(await save(hubspot, account('1'))).toMatchObject({ conflicts: [] });
		expect(await stored()).toHaveLength(2);
	});

	it('go with their tenant from one connection to another', async () => {
		await save(harbour, account('1'));
		const { integrationId } = await connectionOf(harbour.tenantId, 'hubspot');
		expect(await save({ ...harbour, integrationId }, account('1'))).toMatchObject({ conflicts: [] });
		expect(await stored()).toMatchObject([{ id: '1', integration: integrationId }]);
		expect(await enabledAccounts(database.pool, harbour)).toEqual([]);
	});
});

describe('an account of another tenant', () => {
	it('is named as a conflict and stays as it is; the others are saved', async () => {
		await save(southern, account('2'));
		const before = await stored();
		const wanted = [account('3'), account('2', { name: 'Mine' }), account('1')];
		const { saved, conflicts } = await save(harbour, ...wanted);
		expect(saved.map(({ id }) => id)).toEqual(['3', '1']);
		expect(conflicts).toEqual(['2']);
		expect((await stored()).filter(({ id }) => id === '2')).toEqual(before);
		expect((await enabledAccounts(database.pool, harbour)).map(({ id }) => id)).toEqual(['1', '3']);
	});

	it('is free when that tenant’s connection is gone', async () => {
		await save(southern, account('1'));
		await database.admin.query('delete from integrations where id = $1', [southern.integrationId]);
		expect(await save(harbour, account('1'))).toMatchObject({ saved: [{ id: '1' }], conflicts: [] });
	});

	it('belongs to exactly one of two who save the same accounts at once', async () => {
		const accounts = Array.from({ length: 20 }, (_, index) => account(String(index).padStart(2, '0')));
		const [one, two] = await Promise.all([
			save(harbour, ...accounts),
			save(southern, ...accounts.toReversed()),
		]);
		const ids = [...one.saved, ...two.saved].map(({ id }) => id).sort();
		expect(ids).toEqual(accounts.map(({ id }) => id));
		expect([...one.conflicts, ...two.conflicts].sort()).toEqual(ids);
	});

	it('cannot be attached to a connection that is not the tenant’s', async () => {
		const forged = { ...harbour, integrationId: southern.integrationId };
		await expect(save(forged, account('1'))).rejects.toMatchObject({ code: '42501' });
		await save(southern, account('1'));
		expect(await enabledAccounts(database.pool, forged)).toEqual([]);
	});
});

describe('the states of a connection', () => {
	it('come by account and stream, and to their tenant alone', async () => {
		await database.admin.query(
			`insert into etl.stream_states (integration_id, tenant_id, account_id, stream, state)
			values ($1, $2, '1', 'monthlyFinancials', '{"fullAt": "2026-07-01"}'), ($1, $2, '2', 'deals', '{}')`,
			[harbour.integrationId, harbour.tenantId],
		);
		const updatedAt = expect.stringMatching(/^\d{4}-.*Z$/) as string;
		expect(await readStates(database.pool, harbour)).toEqual(
			new Map([
				['1/monthlyFinancials', { state: { fullAt: '2026-07-01' }, updatedAt }],
				['2/deals', { state: {}, updatedAt }],
			]),
		);
		const forged = { ...southern, integrationId: harbour.integrationId };
		expect(await readStates(database.pool, forged)).toEqual(new Map());
	});
});
