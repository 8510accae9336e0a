import type { IDataObject } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import {
	createIntegration,
	integrationById,
	setIntegrationStatus,
} from '../../../db/integrations/integrations';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { claimDue } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import type { TokenOwner } from '../../../db/vault/token-set';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { newConnection } from '../../support/database/connected';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';
import { holder } from '../../support/database/run-holder';
import { saveAccounts } from '../../support/database/saved-accounts';

const database = useDatabase();
const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

const TOKENS = { accessToken: 'made-up-access', refreshToken: 'made-up-refresh', expiresAt: null };
const ORG_1 = '00000001-1111-4222-8333-444455556666';
const ORG_2 = '00000002-1111-4222-8333-444455556666';
const ORG_9 = '00000009-1111-4222-8333-444455556666';
const account = (accountId: string) => ({
	id: accountId,
	name: `Organisation ${accountId}`,
	timezone: 'Australia/Sydney',
	currency: 'AUD',
});

/** A tenant connected to Xero, with two organisations of which one stream each was read. */
async function connected(name = 'Harbour', accounts = [ORG_1, ORG_2]): Promise<TokenOwner> {
	const owner = await newConnection(database.pool, name);
	await storeTokens(database.pool, ring, owner, TOKENS);
	await saveAccounts(database.pool, owner, accounts.map(account));
	for (const accountId of accounts) {
		await database.admin.query(
			`insert into etl.stream_states (integration_id, account_id, stream, tenant_id, state)
			values ($1, $2, 'monthlyFinancials', $3, '{}')`,
			[owner.integrationId, accountId, owner.tenantId],
		);
	}
	return owner;
}

async function operate(operation: string, parameters: Record<string, unknown>) {
	const context = nodeContext({ database: database.settings, items: [{}], parameters });
	const items = await integrationsOperations[`connection:${operation}`]!(context);
	return { items: items.map(({ json }) => json), hints: context.hints };
}

async function update(integrationId: string, updateFields: object): Promise<IDataObject> {
	return (await operate('update', { integrationId, updateFields })).items[0]!;
}

const claim = async () =>
	await claimDue(database.pool, {
		...{ provider: 'xero', limit: 5, syncEveryHours: 6, holder: holder('execution-1') },
		...{ authentication: 'stored', runNow: true },
	});

async function readPlaces(): Promise<string[]> {
	const { rows } = await database.admin.query<{ place: string }>(
		"select account_id || '/' || stream as place from etl.stream_states order by 1",
	);
	return rows.map(({ place }) => place);
}

describe('Connection: Update', () => {
	it('changes what is named and leaves the rest; an empty text takes a setting away', async () => {
		const { integrationId } = await connected();
		await update(integrationId, { basis: 'cash', timezone: 'Australia/Perth', historyStart: '2024-07' });
		const updated = await update(integrationId, { timezone: '', businessId: ' file-1 ' });
		expect(updated.metadata).toEqual({ basis: 'cash', historyStart: '2024-07', businessId: 'file-1' });
		expect(await integrationById(database.pool, integrationId)).toEqual(updated);
	});

	it('switches streams off and on', async () => {
		const { integrationId } = await connected();
		const off = await update(integrationId, { disableStreams: ['monthlyFinancials'] });
		expect(off.metadata).toEqual({ disabledStreams: ['monthlyFinancials'] });
		const on = await update(integrationId, { enableStreams: ['monthlyFinancials'] });
		expect(on.metadata).toEqual({ disabledStreams: [] });
	});

	it('switches accounts off and on, and Get Accounts shows it', async () => {
		const { integrationId } = await connected();
		const enabled = async () =>
			(await operate('getAccounts', { integrationId })).items.map((one) => [one.accountId, one.enabled]);
		await update(integrationId, { disableAccounts: [ORG_2] });
		expect(await enabled()).toEqual([
			[ORG_1, true],
			[ORG_2, false],
		]);
		await update(integrationId, { enableAccounts: [ORG_2], disableAccounts: [ORG_1] });
		expect(await enabled()).toEqual([
			[ORG_1, false],
			[ORG_2, true],
		]);
	});

	it('enters accounts that were never read, gives accounts up, and takes the consent’s word', async () => {
		const { integrationId } = await connected();
		const statuses = async () =>
			Object.fromEntries(
				(await operate('getAccounts', { integrationId })).items.map((one) => [one.accountId, one.status]),
			);
		await update(integrationId, { enableAccounts: [ORG_9.toUpperCase()], releaseAccounts: [ORG_1] });
		expect(await statuses()).toEqual({ [ORG_1]: 'released', [ORG_2]: 'chosen', [ORG_9]: 'chosen' });
		expect((await update(integrationId, { accounts: 'consent' })).metadata).toEqual({ accounts: 'consent' });
		expect((await update(integrationId, { accounts: 'chosen' })).metadata).toEqual({});
		await update(integrationId, { enableAccounts: [ORG_1], disableAccounts: [ORG_9] });
		expect(await statuses()).toEqual({ [ORG_1]: 'chosen', [ORG_2]: 'chosen', [ORG_9]: 'off' });
	});

	it('says that another connection has an account, and not whose; nothing is changed then', async () => {
		await connected('Southern', [ORG_9]);
		const { integrationId } = await connected();
		const error: Error = await update(integrationId, { basis: 'cash', enableAccounts: [ORG_9] }).then(
			() => new Error('it was changed'),
			(thrown: Error) => thrown,
		);
		expect(error.message).toContain('another connection has "00000009-');
		expect(JSON.stringify(error)).not.toContain('Southern');
		expect((await integrationById(database.pool, integrationId)).metadata).toEqual({});
		const { items } = await operate('getAccounts', { integrationId });
		expect(items.map(({ accountId }) => accountId)).toEqual([ORG_1, ORG_2]);
	});

	it('reads the company file of a new Business ID, and no other', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Bakehouse' });
		const given = { tenantId, provider: 'myob', authentication: 'storedIntegration' };
		const { items } = await operate('create', { ...given, options: { businessId: ORG_1 } });
		const integrationId = items[0]!.integrationId as string;
		await update(integrationId, { businessId: ` ${ORG_2.toUpperCase()} ` });
		const accounts = (await operate('getAccounts', { integrationId })).items;
		expect(accounts.map(({ accountId, status }) => [accountId, status])).toEqual([
			[ORG_1, 'off'],
			[ORG_2, 'chosen'],
		]);
		await expect(update(integrationId, { businessId: '../x' })).rejects.toThrow(
			/not the ID of a MYOB company file/,
		);
	});

	it('is not needed where Create was told the accounts', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Chosen' });
		const create = async (options: object) =>
			await operate('create', { tenantId, provider: 'xero', authentication: 'storedIntegration', options });
		await expect(create({ accountIds: `${ORG_1}, nonsense` })).rejects.toThrow(/"nonsense" is not the ID/);
		const { items } = await create({ accountIds: `${ORG_1}, ${ORG_2}`, accounts: 'consent' });
		expect(items[0]).toMatchObject({ created: true, metadata: { accounts: 'consent' } });
		const { integrationId } = items[0]!;
		const accounts = (await operate('getAccounts', { integrationId })).items;
		expect(accounts.map(({ accountId }) => accountId)).toEqual([ORG_1, ORG_2]);
		const other = await createTenant(database.pool, { name: 'Other' });
		const taken = operate('create', {
			...{ tenantId: other.id, provider: 'xero', authentication: 'storedIntegration' },
			options: { accountIds: ORG_1 },
		});
		await expect(taken).rejects.toThrow(/another connection has/);
		const { rows } = await database.admin.query('select from integrations where tenant_id = $1', [other.id]);
		expect(rows).toEqual([]);
	});

	it.each([
		[
			{ basis: 'cash', disableAccounts: [ORG_1, ORG_9] },
			/Nothing was changed because this connection has no account "00000009-/,
		],
		[{ basis: 'cash', disableStreams: ['deals'] }, /Xero has no stream "deals"/],
		[{ basis: 'cash', historyStart: '07/2024' }, /"07\/2024" is not a month/],
		[{ basis: 'cash', timezone: 'Sydney' }, /time zone "Sydney" does not exist/],
		[{ basis: 'cash', enableAccounts: [ORG_1], disableAccounts: [ORG_1] }, /enabled and disabled/],
		[{ basis: 'cash', enableAccounts: ['../../x'] }, /"..\/..\/x" is not the ID of a Xero organisation/],
		[{ basis: 'cash', enableAccounts: [{ toString: 'x' }] }, /A value that is not text is not the ID/],
	])('refuses %j, and changes nothing then', async (fields, words) => {
		const { integrationId } = await connected();
		const before = (await operate('getAccounts', { integrationId })).items;
		await expect(update(integrationId, fields)).rejects.toThrow(words);
		expect((await integrationById(database.pool, integrationId)).metadata).toEqual({});
		expect((await operate('getAccounts', { integrationId })).items).toEqual(before);
	});

	it('is what Create names where a connection is there already', async () => {
		const { tenantId } = await connected();
		const again = { tenantId, provider: 'xero', authentication: 'storedIntegration' };
		const told = await operate('create', { ...again, options: { basis: 'cash' } });
		expect(told.items[0]).toMatchObject({ created: false, metadata: {} });
		expect(told.hints).toEqual([expect.stringMatching(/settings were not changed: use Connection: Update/)]);
		const { hints } = await operate('create', { ...again, options: {} });
		expect(hints).toEqual([expect.not.stringContaining('settings')]);
	});
});

describe('Connection: Disconnect', () => {
	it('removes the tokens and frees the accounts for another tenant; states and data stay', async () => {
		const owner = await connected();
		const other = await newConnection(database.pool, 'Southern');
		expect(await saveAccounts(database.pool, other, [account(ORG_1)])).toEqual([ORG_1]);
		const { items, hints } = await operate('disconnect', { integrationId: owner.integrationId });
		expect(items[0]).toMatchObject({
			status: 'PENDING',
			accountsFreed: 2,
			runClosed: false,
			expiresAt: null,
			consent: 'forgotten',
		});
		expect(hints).toEqual([expect.stringMatching(/Xero still lists the app.*Zixly Token Key/)]);
		expect(await readTokens(database.pool, ring, owner)).toEqual({
			accessToken: '',
			refreshToken: null,
			expiresAt: null,
		});
		expect(await saveAccounts(database.pool, other, [account(ORG_1)])).toEqual([]);
		expect(await readPlaces()).toHaveLength(2);
		expect(await claim()).toEqual([]);
		await storeTokens(database.pool, ring, owner, TOKENS);
		expect(await claim()).toHaveLength(1);
	});

	it('closes a run that is going on, so that it stores nothing more', async () => {
		const { integrationId } = await connected();
		const [run] = await claim();
		const { items } = await operate('disconnect', { integrationId });
		expect(items[0]).toMatchObject({ runClosed: true });
		expect(await finishRun(database.pool, { ...run!, status: 'succeeded' })).toMatchObject({
			closed: false,
			status: 'failed',
			error: { class: 'reconnect_required' },
		});
	});

	it('leaves one switched off that was, and one whose token n8n keeps', async () => {
		const { integrationId } = await connected();
		await setIntegrationStatus(database.pool, { integrationId, status: 'DISABLED' });
		const first = await operate('disconnect', { integrationId });
		expect(first.items[0]).toMatchObject({ status: 'DISABLED' });
		const { id: tenantId } = await createTenant(database.pool, { name: 'Own' });
		const own = await createIntegration(database.pool, { tenantId, provider: 'xero', authentication: 'n8n' });
		const second = await operate('disconnect', { integrationId: own.integrationId });
		expect(second.items[0]).toMatchObject({ status: 'DISABLED' });
		expect(second.hints).toEqual([expect.stringMatching(/kept in an n8n credential and was not deleted/)]);
	});
});

describe('Connection: Reset State', () => {
	it.each([
		[{}, []],
		[{ accountId: ORG_1 }, [`${ORG_2}/monthlyFinancials`]],
		[{ stream: 'monthlyFinancials' }, []],
		[{ accountId: ORG_2, stream: 'other' }, [`${ORG_1}/monthlyFinancials`, `${ORG_2}/monthlyFinancials`]],
	])('forgets what %j names and leaves %j', async (scope, left) => {
		const { integrationId } = await connected();
		await connected('Southern', []);
		const { items } = await operate('resetState', { integrationId, scope });
		expect(items[0]?.reset).toHaveLength(2 - left.length);
		expect(await readPlaces()).toEqual(left);
	});

	it('leaves another connection alone, and refuses while a run would note how far it came', async () => {
		const one = await connected('Harbour', [ORG_1]);
		await connected('Southern', [ORG_2]);
		await operate('resetState', { integrationId: one.integrationId });
		expect(await readPlaces()).toEqual([`${ORG_2}/monthlyFinancials`]);
		await claim();
		await expect(operate('resetState', { integrationId: one.integrationId })).rejects.toThrow(
			/Nothing was reset because a sync of this connection has been running/,
		);
	});
});

describe('a connection that is not there', () => {
	it.each(['update', 'disconnect', 'resetState', 'getAccounts', 'enable', 'disable'])(
		'is named by %s',
		async (operation) => {
			await expect(operate(operation, { integrationId: 'nobody' })).rejects.toThrow(/no connection "nobody"/);
			await expect(operate(operation, {})).rejects.toThrow(/No connection is chosen/);
		},
	);
});
