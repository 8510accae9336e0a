import { beforeEach, describe, expect, it } from '@jest/globals';

import {
	accountChoice,
	accountsTaken,
	enterAccounts,
	saveAccountFacts,
	type AccountFacts,
	type AccountOwner,
} from '../../../db/integrations/accounts';
import { disconnectIntegration } from '../../../db/integrations/connect/disconnect';
import { createIntegration } from '../../../db/integrations/integrations';
import { readStates } from '../../../db/runs/stream-states';
import { createTenant } from '../../../db/integrations/tenants';
import { inTenant } from '../../../db/postgres/transaction';
import { useDatabase } from '../../support/database/use-database';
import { saveAccounts } from '../../support/database/saved-accounts';
import { expectWithMessage } from '../../support/expect/expectations';

const database = useDatabase();
let harbour: AccountOwner;
let southern: AccountOwner;

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

/** What the connection is to read. */
async function read(of: AccountOwner): Promise<string[]> {
	const { accounts } = await accountChoice(database.pool, of);
	return accounts.filter(({ enabled, released }) => enabled && !released).map(({ id }) => id);
}

/** Whose accounts they are, and which version of each row there is. */
async function stored(): Promise<Array<{ id: string; integration: string; name: string; version: string }>> {
	const { rows } = await database.admin.query(
		`select account_id as id, integration_id as integration, name, xmin::text as version
		from etl.accounts order by account_id`,
	);
	return rows as Array<{ id: string; integration: string; name: string; version: string }>;
}

describe('the accounts of a connection', () => {
	it('are entered with what is known of them', async () => {
		const [one, two] = [account('1'), account('2', { currency: 'NZD', timezone: 'Pacific/Auckland' })];
		expect(await save(harbour, one, two)).toEqual([]);
		const { accounts } = await accountChoice(database.pool, harbour);
		expect(accounts).toEqual([one, two].map((facts) => ({ ...facts, enabled: true, released: false })));
	});

	it('are written again only where something changed', async () => {
		await save(harbour, account('1'), account('2'));
		const before = await stored();
		await save(harbour, account('1'), account('2', { name: 'Renamed' }));
		const after = await stored();
		expect(after[0]).toEqual(before[0]);
		expect(after[1]).toMatchObject({ id: '2', name: 'Renamed' });
	});

	it('keep what is known where it is not known now', async () => {
		await save(harbour, account('1'));
		const before = await stored();
		const nothing = { id: '1', name: null, timezone: null, currency: null };
		expect(await saveAccountFacts(database.pool, harbour, nothing)).toBe(true);
		expect(await stored()).toEqual(before);
		await saveAccountFacts(database.pool, harbour, { ...nothing, currency: 'NZD' });
		const { accounts } = await accountChoice(database.pool, harbour);
		expect(accounts).toMatchObject([{ ...account('1'), currency: 'NZD' }]);
	});

	it('stay switched off when a sync enters them again', async () => {
		await save(harbour, account('1'), account('2'));
		await database.admin.query("update etl.accounts set enabled = false where account_id = '1'");
		await save(harbour, account('1', { name: 'Renamed' }), account('2'));
		expect(await read(harbour)).toEqual(['2']);
	});

	it('may have the same id at another provider', async () => {
		await save(harbour, account('1'));
		const hubspot = await connectionOf(southern.tenantId, 'hubspot');
		expect(await save(hubspot, account('1'))).toEqual([]);
		expect(await stored()).toHaveLength(2);
	});

	it('come back when it is connected again, unless another has them by then', async () => {
		await save(harbour, account('1'), account('2'));
		await disconnectIntegration(database.pool, harbour.integrationId);
		expect(await read(harbour)).toEqual([]);
		expect(await save(southern, account('2'))).toEqual([]);
		const back = await enterAccounts(database.pool, harbour, [account('1'), account('2')]);
		expect(back).toEqual({ entered: ['1'], taken: ['2'] });
		expect(await read(harbour)).toEqual(['1']);
		expect(await read(southern)).toEqual(['2']);
		expect(await saveAccountFacts(database.pool, harbour, account('2', { name: 'Mine' }))).toBe(false);
	});
});

describe('an account of another tenant', () => {
	it('is named as taken and stays as it is; the others are entered', async () => {
		await save(southern, account('2'));
		const before = await stored();
		const wanted = [account('3'), account('2', { name: 'Mine' }), account('1')];
		expect(await save(harbour, ...wanted)).toEqual(['2']);
		expect((await stored()).filter(({ id }) => id === '2')).toEqual(before);
		expect(await read(harbour)).toEqual(['1', '3']);
		expect(await accountsTaken(database.pool, harbour, ['1', '2', '9'])).toEqual(new Set(['2']));
	});

	it('is free when that tenant’s connection is gone', async () => {
		await save(southern, account('1'));
		await database.admin.query('delete from integrations where id = $1', [southern.integrationId]);
		expect(await save(harbour, account('1'))).toEqual([]);
	});

	it('belongs to exactly one of two who enter the same accounts at once', async () => {
		const accounts = Array.from({ length: 20 }, (_, index) => account(String(index).padStart(2, '0')));
		const [one, two] = await Promise.all([
			save(harbour, ...accounts),
			save(southern, ...accounts.toReversed()),
		]);
		const ids = accounts.map(({ id }) => id);
		expect([...(await read(harbour)), ...(await read(southern))].sort()).toEqual(ids);
		expect([...one, ...two].sort()).toEqual(ids);
	});

	it('cannot be entered for a connection that is not the tenant’s', async () => {
		const forged = { ...harbour, integrationId: southern.integrationId };
		await expect(save(forged, account('1'))).rejects.toMatchObject({ code: '42501' });
		expect(await stored()).toEqual([]);
	});

	it('cannot be entered, or taken back, by a tenant’s own statement', async () => {
		await save(harbour, account('1'));
		await disconnectIntegration(database.pool, harbour.integrationId);
		const statements = [
			`insert into etl.accounts (integration_id, tenant_id, provider, account_id) values ($1, $2, 'xero', '7')`,
			`update etl.accounts set released_at = null where integration_id = $1 and tenant_id = $2`,
			`update etl.accounts set account_id = '7' where integration_id = $1 and tenant_id = $2`,
			`delete from etl.accounts where integration_id = $1 and tenant_id = $2`,
			`select from etl.enter_accounts($2, $1, '[{"id": "7"}]', true)`,
		];
		for (const statement of statements) {
			const values = [harbour.integrationId, harbour.tenantId];
			const doing = inTenant(
				database.pool,
				harbour.tenantId,
				async (client) => await client.query(statement, values),
			);
			await expectWithMessage(doing, statement).rejects.toMatchObject({ code: '42501' });
		}
		expect(await read(harbour)).toEqual([]);
	});
});

describe('the states of a connection', () => {
	it('come by account and stream, and to their tenant alone', async () => {
		await database.admin.query(
			`insert into etl.stream_states (integration_id, tenant_id, account_id, stream, state)
			values ($1, $2, '1', 'monthlyFinancials', '{"fullAt": "2026-07-01"}'), ($1, $2, '2', 'deals', '{}')`,
			[harbour.integrationId, harbour.tenantId],
		);
		const updatedAt = expect.stringMatching(/^\d{4}-.*Z$/);
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
