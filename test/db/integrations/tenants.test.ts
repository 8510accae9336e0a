import { beforeEach, describe, expect, it } from '@jest/globals';

import { createTenant, listTenants, pauseTenant, updateTenant } from '../../../db/integrations/tenants';
import { databaseOperations } from '../../../nodes/Database/operations';
import { claimDue } from '../../../db/runs/claim';
import { createIntegration } from '../../../db/integrations/integrations';
import { finishRun } from '../../../db/runs/finish';
import { holder } from '../../support/database/run-holder';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

async function operate(operation: string, parameters: Record<string, unknown>) {
	const context = nodeContext({ database: database.settings, items: [{}], parameters });
	const items = await databaseOperations[`tenant:${operation}`]!(context);
	return { json: items[0]?.json, hints: context.hints };
}

describe('creating a tenant again', () => {
	it('gives the one of this name back, whatever its capitals, among however many that hold the name', async () => {
		await database.admin.query(
			"insert into tenants (id, name) select 'a' || n, 'A Harbour ' || n from generate_series(1, 150) n",
		);
		const first = await createTenant(database.pool, { name: 'Harbour', industry: 'Coffee' });
		expect(first).toMatchObject({ name: 'Harbour', industry: 'Coffee', created: true });
		const again = await createTenant(database.pool, { name: 'HARBOUR', reuse: true });
		expect(again).toEqual({ ...first, created: false });
	});

	it('makes one, also where twenty ask at once', async () => {
		const given = await Promise.all(
			Array.from({ length: 20 }, () => createTenant(database.pool, { name: 'Southern', reuse: true })),
		);
		expect(new Set(given.map(({ id }) => id)).size).toBe(1);
		expect(given.filter(({ created }) => created)).toHaveLength(1);
		expect(await listTenants(database.pool)).toHaveLength(1);
	});

	it('makes another one only where the person allows it', async () => {
		const create = async (additionalFields: object) => {
			const { json, hints } = await operate('create', { name: 'Harbour', additionalFields });
			return [json!.created, hints];
		};
		expect(await create({})).toEqual([true, []]);
		expect(await create({})).toEqual([
			false,
			[
				'A tenant called "Harbour" existed already and was returned unchanged. To change it use Tenant: Update; to create a second one turn on Allow Another of This Name.',
			],
		]);
		expect(await create({ allowDuplicate: true })).toEqual([true, []]);
		expect(await listTenants(database.pool)).toHaveLength(2);
	});
});

describe('Tenant: Update', () => {
	it('changes what was given, once, and clears an empty industry', async () => {
		const { id } = await createTenant(database.pool, { name: 'Harbour', industry: 'Coffee' });
		const update = async (updateFields: object) =>
			(await operate('update', { tenantId: id, updateFields })).json;
		expect(await update({ name: ' Harbour Coffee ' })).toMatchObject({
			...{ id, name: 'Harbour Coffee', industry: 'Coffee', pausedAt: null, changed: true },
		});
		expect(await update({ name: 'Harbour Coffee', industry: 'Coffee' })).toMatchObject({ changed: false });
		expect(await update({ industry: '' })).toMatchObject({ industry: null, changed: true });
		expect(await update({ industry: ' ' })).toMatchObject({ industry: null, changed: false });
		expect(await update({ name: 'HARBOUR coffee' })).toMatchObject({ name: 'HARBOUR coffee', changed: true });
	});

	it('takes another tenant’s name only where the person allows it', async () => {
		await createTenant(database.pool, { name: 'Harbour' });
		const { id } = await createTenant(database.pool, { name: 'Southern' });
		await expect(updateTenant(database.pool, id, { name: 'harbour' })).rejects.toThrow(
			/^Another tenant is called "harbour" \(.+\)\. Nothing was changed\./,
		);
		const names = async () => (await listTenants(database.pool)).map(({ name }) => name);
		expect(await names()).toEqual(['Harbour', 'Southern']);
		const allowed = await updateTenant(database.pool, id, { name: 'harbour', allowDuplicate: true });
		expect(allowed).toMatchObject({ name: 'harbour', changed: true });
		expect(await updateTenant(database.pool, id, { name: 'HARBOUR' })).toMatchObject({ changed: true });
	});

	it('gives one name to one of twenty that ask at once', async () => {
		const tenants = await Promise.all(
			Array.from({ length: 20 }, (_, n) => createTenant(database.pool, { name: `Tenant ${n}` })),
		);
		const ends = await Promise.allSettled(
			tenants.map(({ id }) => updateTenant(database.pool, id, { name: 'Harbour' })),
		);
		expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});

	it.each<[what: string, fields: object, words: RegExp]>([
		['no field', {}, /Nothing was chosen to change\. Add Name or Industry/],
		['only the permission', { allowDuplicate: true }, /Nothing was chosen to change/],
		['a blank name', { name: ' ' }, /has no name/],
		['a name that is too long', { name: 'x'.repeat(201) }, /has 201 characters\. Use at most 200/],
		['an industry that is too long', { industry: 'x'.repeat(201) }, /industry has 201 characters/],
		['an industry with a NUL', { industry: 'a\0b' }, /industry contains a character/],
		['a character that cannot be stored', { name: 'Har\u0000bour' }, /cannot store/],
	])('says what is wrong with %s', async (_what, updateFields, words) => {
		const { id } = await createTenant(database.pool, { name: 'Harbour' });
		const error = await operate('update', { tenantId: id, updateFields }).catch((cause: unknown) => cause);
		const { message, description } = error as { message: string; description: string };
		expect(`${message}. ${description}`.replaceAll('..', '.')).toMatch(words);
		expect(await listTenants(database.pool)).toMatchObject([{ name: 'Harbour' }]);
	});

	it.each(['update', 'pause', 'resume'])('says that there is no such tenant: %s', async (operation) => {
		const parameters = { tenantId: 'nobody', updateFields: { name: 'x' } };
		await expect(operate(operation, parameters)).rejects.toThrow('There is no tenant "nobody"');
	});
});

describe('Tenant: Pause', () => {
	const claim = async (runNow = true, integrationId?: string) =>
		await claimDue(database.pool, {
			...{ provider: 'xero', limit: 50, syncEveryHours: 6, authentication: 'n8n', integrationId, runNow },
			holder: holder('execution-1'),
		});

	async function connect(name: string): Promise<{ id: string; integrationId: string }> {
		const { id } = await createTenant(database.pool, { name });
		const connection = { tenantId: id, provider: 'xero', authentication: 'n8n' } as const;
		return { id, integrationId: (await createIntegration(database.pool, connection)).integrationId };
	}

	it('keeps its connections from being claimed, also by hand and when chosen, until Resume', async () => {
		const { id, integrationId } = await connect('Harbour');
		const other = await connect('Southern');
		const paused = await operate('pause', { tenantId: id });
		expect(paused.json).toMatchObject({ name: 'Harbour', changed: true, runningSyncs: 0 });
		expect(paused.json!.pausedAt).toMatch(/^\d{4}-.+Z$/);
		expect(paused.hints).toEqual([
			'The tenant "Harbour" is paused: no sync begins until Tenant: Resume. No sync is running. Uploads and replays still work.',
		]);
		expect(await listTenants(database.pool)).toMatchObject([
			{ name: 'Harbour', pausedAt: paused.json!.pausedAt },
			{ name: 'Southern', pausedAt: null },
		]);
		expect((await claim()).map(({ tenantId }) => tenantId)).toEqual([other.id]);
		expect(await claim(true, integrationId)).toEqual([]);
		expect((await operate('resume', { tenantId: id })).json).toMatchObject({ pausedAt: null, changed: true });
		expect((await claim(false)).map(({ tenantId }) => tenantId)).toEqual([id]);
	});

	it('changes nothing the second time', async () => {
		const { id } = await connect('Harbour');
		const { json: first } = await operate('pause', { tenantId: id });
		const { json: second } = await operate('pause', { tenantId: id });
		expect(second).toEqual({ ...first, changed: false });
		await operate('resume', { tenantId: id });
		const again = await operate('resume', { tenantId: id });
		expect(again.json).toMatchObject({ changed: false });
		expect(again.hints).toEqual(['The tenant "Harbour" is not paused, so nothing changed.']);
	});

	it('lets a running sync end, and asks for no retry of it', async () => {
		const { id } = await connect('Harbour');
		const [run] = await claim();
		const paused = await operate('pause', { tenantId: id });
		expect(paused.hints[0]).toContain('1 running sync ends as usual.');
		const end = { tenantId: id, syncRunId: run!.syncRunId, status: 'partial', retryInMs: 0 } as const;
		await finishRun(database.pool, end);
		expect(await claim()).toEqual([]);
		expect(await pauseTenant(database.pool, id, true)).toMatchObject({ runningSyncs: 0 });
	});

	it('goes with its tenant', async () => {
		const { id } = await connect('Harbour');
		await operate('pause', { tenantId: id });
		await database.admin.query('delete from tenants');
		expect((await database.admin.query('select from etl.paused_tenants')).rows).toEqual([]);
	});
});

it('Migrate says that there is no tenant yet, until there is one', async () => {
	const hints = async () => {
		const context = nodeContext({ database: database.owner, items: [{}], parameters: {} });
		await databaseOperations['schema:migrate']!(context);
		return context.hints.filter((hint) => hint.includes('no tenant yet'));
	};
	expect(await hints()).toEqual([expect.stringContaining('Tenant: Create')]);
	await createTenant(database.pool, { name: 'Harbour' });
	expect(await hints()).toEqual([]);
});
