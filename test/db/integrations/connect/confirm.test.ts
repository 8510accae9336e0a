import pg from 'pg';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { confirmConsent } from '../../../../db/integrations/connect/confirm';
import { listEvents } from '../../../../db/integrations/connect/events';
import { listAccounts, type AccountEntry } from '../../../../db/integrations/accounts';
import { setIntegrationStatus } from '../../../../db/integrations/integrations';
import { updateIntegration } from '../../../../db/integrations/settings';
import { open } from '../../../../db/vault/cipher';
import { readTokens } from '../../../../db/vault/token-store';
import { refreshTokens } from '../../../../db/vault/refresh';
import { contentOf } from '../../../support/database/tenant-rows';
import { account, browser, Connecting, consentOf } from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();
let connecting: Connecting;
beforeAll(() => {
	connecting = new Connecting(database);
});

const TABLES = ['public.integrations', 'etl.accounts', 'etl.connect_links', 'etl.connect_states'];
const content = async (): Promise<string> =>
	await contentOf(database.admin, [...TABLES, 'etl.connection_events', 'etl.stream_states']);

async function connected(tenantId: string, ids: string[], name = 'first'): Promise<string> {
	const done = await connecting.connect(
		{ tenantId },
		ids.map((id) => account(id)),
		consentOf(name),
	);
	return (done as { integrationId: string }).integrationId;
}

async function consented(tenantId: string, ids: string[], name: string, replacesAccount = false) {
	const link = await connecting.link({ tenantId, purpose: 'reconnect', replacesAccount });
	return await connecting.consent(
		link,
		ids.map((id) => account(id)),
		consentOf(name),
	);
}

const tokensOf = async (tenantId: string, integrationId: string) =>
	await readTokens(database.pool, connecting.ring, { tenantId, integrationId, provider: 'xero' });

async function settingsOf(integrationId: string) {
	const { rows } = await database.admin.query<{ status: string; metadata: Record<string, unknown> }>(
		'select status, metadata from integrations where id = $1',
		[integrationId],
	);
	return rows[0]!;
}

const idsOf = (accounts: readonly AccountEntry[]): string[] => accounts.map(({ id }) => id);

describe('a confirmation', () => {
	it('wants the browser that began', async () => {
		const stateId = await consented(await connecting.tenant('Browser'), ['browser'], 'browser');
		const before = await content();
		for (const browserHash of [browser('other'), '', 'made-up'])
			expect(await connecting.confirm(stateId, ['browser'], { browserHash })).toEqual({
				...{ result: 'ended', accounts: [] },
			});
		expect(await content()).toBe(before);
	});

	it('stores what was offered, and nothing that a form made up', async () => {
		const stateId = await consented(await connecting.tenant('Forged'), ['offered'], 'forged');
		const before = await content();
		expect(await connecting.confirm(stateId, ['forged', "' or true --"])).toMatchObject({
			result: 'nothing_chosen',
		});
		expect(await content()).toBe(before);
	});

	it('happens once, by one of many processes that come at once', async () => {
		const tenantId = await connecting.tenant('Processes');
		const stateId = await consented(tenantId, ['processes'], 'processes');
		const pools = Array.from({ length: 4 }, () => new pg.Pool({ connectionString: database.url, max: 2 }));
		const confirmation = {
			...{ stateId, accountIds: ['processes'], browserHash: browser('own'), needsApproval: false },
		};
		const answers = await Promise.all(
			pools.map(async (pool) => await confirmConsent(pool, connecting.ring, confirmation)),
		);
		await Promise.all(pools.map(async (pool) => await pool.end()));
		expect(answers.map(({ result }) => result).sort()).toEqual(['connected', 'ended', 'ended', 'ended']);
		const events = (await listEvents(database.pool, { tenantId })).map(({ event }) => event);
		expect(events.filter((event) => event === 'connected')).toHaveLength(1);
		expect(await connecting.confirm(stateId, ['processes'])).toEqual({ result: 'ended', accounts: [] });
	});

	it('takes one of two consents of the same link', async () => {
		const link = await connecting.link({ tenantId: await connecting.tenant('Two tabs') });
		const [first, second] = [
			await connecting.consent(link, [account('tabs')], consentOf('tab-1')),
			await connecting.consent(link, [account('tabs')], consentOf('tab-2')),
		];
		const answers = await Promise.all([first, second].map((id) => connecting.confirm(id, ['tabs'])));
		expect(answers.map(({ result }) => result).sort()).toEqual(['connected', 'ended']);
		const { rows } = await database.admin.query(
			'select count(*)::int, count(sealed_pair)::int as pairs from etl.connect_states where link_id = $1',
			[link.linkId],
		);
		expect(rows).toEqual([{ count: 1, pairs: 0 }]);
	});

	it('changes nothing when it dies between any two statements, and can be repeated', async () => {
		const tenantId = await connecting.tenant('Killed');
		await connected(tenantId, ['stays', 'goes']);
		const stateId = await consented(tenantId, ['stays', 'comes'], 'killed', true);
		const before = await content();
		let deaths = 0;
		for (let result; result === undefined; ) {
			result = await dieAfter(deaths, async () => await connecting.confirm(stateId, ['stays', 'comes']));
			if (result) expect(result).toMatchObject({ result: 'reconnected' });
			else {
				expect(await content()).toBe(before);
				deaths++;
			}
		}
		expect(deaths).toBeGreaterThan(15);
	});
});

/** Runs the work with a process that loses its connection after so many statements; undefined if it died of that. */
async function dieAfter<T>(statements: number, work: () => Promise<T>): Promise<T | undefined> {
	const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
	const original = prototype.query;
	let left = statements;
	prototype.query = function (this: pg.Client, ...args) {
		if (left-- === 0)
			(this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
		return original.apply(this, args);
	};
	try {
		return await work();
	} catch {
		return undefined;
	} finally {
		prototype.query = original;
	}
}

describe('an account of another tenant', () => {
	it('is refused, and nothing is changed for either', async () => {
		const owner = await connecting.tenant('Owner');
		await connected(owner, ['owned']);
		const thief = await connecting.tenant('Thief');
		const stateId = await consented(thief, ['free', 'owned'], 'thief');
		const before = await content();
		expect(await connecting.confirm(stateId, ['free', 'owned'])).toEqual({
			...{ result: 'account_taken', accounts: [account('owned')] },
		});
		expect(await content()).toBe(before);
		expect(await connecting.confirm(stateId, ['free'])).toMatchObject({ result: 'connected' });
	});

	it('goes to one of two that confirm it at once', async () => {
		const states = await Promise.all(
			['One', 'Two'].map(async (name) => await consented(await connecting.tenant(name), ['wanted'], name)),
		);
		const answers = await Promise.all(states.map(async (id) => await connecting.confirm(id, ['wanted'])));
		expect(answers.map(({ result }) => result).sort()).toEqual(['account_taken', 'connected']);
	});
});

describe('one person', () => {
	it('connects two tenants, each with its own account and tokens', async () => {
		const [first, second] = [
			await connecting.tenant('First of one'),
			await connecting.tenant('Second of one'),
		];
		const person = { user: 'one-person' };
		const reached = [account('of-first'), account('of-second')];
		const states = [
			await connecting.consent(
				await connecting.link({ tenantId: first }),
				reached,
				consentOf('one-1', person),
			),
			await connecting.consent(
				await connecting.link({ tenantId: second }),
				reached,
				consentOf('one-2', person),
			),
		];
		const done = [
			await connecting.confirm(states[0]!, ['of-first']),
			await connecting.confirm(states[1]!, ['of-second']),
		] as Array<{ integrationId: string }>;
		expect(done).toMatchObject([{ accounts: [account('of-first')] }, { accounts: [account('of-second')] }]);
		expect((await tokensOf(first, done[0]!.integrationId)).accessToken).toBe('made-up-access-one-1');
		expect((await tokensOf(second, done[1]!.integrationId)).accessToken).toBe('made-up-access-one-2');
	});
});

describe('a reconnect', () => {
	it('keeps data, states and settings, and brings new tokens', async () => {
		const tenantId = await connecting.tenant('Keeps');
		const integrationId = await connected(tenantId, ['kept-account']);
		await updateIntegration(database.pool, integrationId, { basis: 'cash', historyStart: '2024-01-01' });
		await database.admin.query(
			`insert into etl.stream_states (integration_id, account_id, stream, tenant_id, state)
			values ($1, 'kept-account', 'monthlyFinancials', $2, '{"month": "2026-06"}')`,
			[integrationId, tenantId],
		);
		await database.admin.query("update integrations set status = 'ERROR' where id = $1", [integrationId]);
		const states = await contentOf(database.admin, ['etl.stream_states']);
		expect(await connected(tenantId, ['kept-account'], 'renewed')).toBe(integrationId);
		expect(await contentOf(database.admin, ['etl.stream_states'])).toBe(states);
		expect(await settingsOf(integrationId)).toEqual({
			status: 'ACTIVE',
			metadata: {
				...{ basis: 'cash', historyStart: '2024-01-01' },
				...{ scopes: ['offline_access'], consentUser: 'person-renewed' },
			},
		});
		expect((await tokensOf(tenantId, integrationId)).refreshToken).toBe('made-up-refresh-renewed');
	});

	it('is rejected with another account, and nothing is changed', async () => {
		const tenantId = await connecting.tenant('Other account');
		await connected(tenantId, ['right', 'also right']);
		const stateId = await consented(tenantId, ['wrong', 'right'], 'wrong');
		const before = await content();
		expect(await connecting.confirm(stateId, ['wrong', 'right'])).toEqual({
			...{ result: 'other_account', accounts: [account('also right')] },
		});
		expect(await content()).toBe(before);
	});

	it('asks for no account that the operator disabled or released', async () => {
		const tenantId = await connecting.tenant('Disabled');
		const integrationId = await connected(tenantId, ['on', 'off', 'freed']);
		await updateIntegration(database.pool, integrationId, {
			accounts: { enable: [], disable: ['off'], release: ['freed'] },
		});
		const stateId = await consented(tenantId, ['on'], 'fewer');
		expect(await connecting.confirm(stateId, [])).toMatchObject({
			result: 'reconnected',
			accounts: [account('on')],
		});
	});

	it('adds accounts of the new consent that are chosen', async () => {
		const tenantId = await connecting.tenant('More');
		await connected(tenantId, ['more-1']);
		const stateId = await consented(tenantId, ['more-1', 'more-2', 'more-3'], 'more');
		expect(await connecting.confirm(stateId, ['more-3'])).toMatchObject({
			result: 'reconnected',
			accounts: [account('more-1'), account('more-3')],
		});
	});

	it('takes the chosen accounts with Replace, and frees the others', async () => {
		const tenantId = await connecting.tenant('Replace');
		const integrationId = await connected(tenantId, ['old', 'both']);
		const stateId = await consented(tenantId, ['both', 'new'], 'replace', true);
		expect(await connecting.confirm(stateId, [])).toMatchObject({ result: 'nothing_chosen' });
		expect(await connecting.confirm(stateId, ['both', 'new'])).toMatchObject({ result: 'reconnected' });
		const accounts = await listAccounts(database.pool, { tenantId, integrationId });
		expect(
			accounts.map(({ accountId, enabled, releasedAt }) => [accountId, enabled, releasedAt !== null]),
		).toEqual([
			['both', true, false],
			['new', true, false],
			['old', false, true],
		]);
		const next = await connecting.tenant('Takes the old');
		expect(await connecting.confirm(await consented(next, ['old'], 'next'), ['old'])).toMatchObject({
			result: 'connected',
		});
	});

	it('leaves a disabled connection disabled', async () => {
		const tenantId = await connecting.tenant('Stays disabled');
		const integrationId = await connected(tenantId, ['disabled']);
		await setIntegrationStatus(database.pool, { integrationId, status: 'DISABLED' });
		await connected(tenantId, ['disabled'], 'again');
		expect((await settingsOf(integrationId)).status).toBe('DISABLED');
	});

	it('is not undone by a refresh that was on its way', async () => {
		const tenantId = await connecting.tenant('In flight');
		const integrationId = await connected(tenantId, ['in-flight']);
		const owner = { tenantId, integrationId, provider: 'xero' };
		let reconnect: () => Promise<void> = async () => undefined;
		const given = refreshTokens(database.pool, connecting.ring, owner, {
			stale: 'made-up-access-first',
			exchange: async () => {
				await reconnect();
				return {
					...{ accessToken: 'made-up-access-late', refreshToken: 'made-up-refresh-late', expiresAt: null },
				};
			},
			isRefusal: () => false,
		});
		reconnect = async () => void (await connected(tenantId, ['in-flight'], 'newer'));
		expect((await given).accessToken).toBe('made-up-access-newer');
		expect((await tokensOf(tenantId, integrationId)).refreshToken).toBe('made-up-refresh-newer');
	});
});

describe('a pair', () => {
	it('does not open in another tenant’s row, in another column, or as a waiting consent', async () => {
		const [mine, theirs] = [await connecting.tenant('Pair mine'), await connecting.tenant('Pair theirs')];
		const [first, second] = [await connected(mine, ['pair-1']), await connected(theirs, ['pair-2'])];
		const stateId = await consented(mine, ['pair-1'], 'pair');
		const { admin } = database;
		const { rows } = await admin.query<{ sealed: string }>(
			`select access_token as sealed from integrations where id = $1
			union all select sealed_pair from etl.connect_states where id = $2`,
			[first, stateId],
		);
		for (const { sealed } of rows) {
			await admin.query('update integrations set access_token = $2 where id = $1', [second, sealed]);
			await expect(tokensOf(theirs, second)).rejects.toThrow(/access_token cannot be opened/);
			await admin.query('update integrations set refresh_token = $2 where id = $1', [first, sealed]);
			await expect(tokensOf(mine, first)).rejects.toThrow(/refresh_token cannot be opened/);
		}
		const place = { tenantId: mine, provider: 'xero', column: `connect:${stateId}` } as const;
		expect(() => open(connecting.ring, place, rows[0]!.sealed)).toThrow(/pending consent cannot be opened/);
		expect(open(connecting.ring, place, rows[1]!.sealed)).toContain('made-up-refresh-pair');
	});
});

describe('the setting Approve First Connection', () => {
	const APPROVAL = { needsApproval: true };

	it('a first connection waits until the operator enables it', async () => {
		const tenantId = await connecting.tenant('Approval');
		const stateId = await consented(tenantId, ['approval'], 'approval');
		const done = await connecting.confirm(stateId, ['approval'], APPROVAL);
		expect(done).toMatchObject({ result: 'awaiting_approval', accounts: [account('approval')] });
		const { integrationId } = done as { integrationId: string };
		expect(await settingsOf(integrationId)).toMatchObject({
			status: 'PENDING',
			metadata: { awaitingApproval: true },
		});
		const again = await consented(tenantId, ['approval'], 'approval-2');
		expect(await connecting.confirm(again, [])).toMatchObject({ result: 'awaiting_approval' });
		await setIntegrationStatus(database.pool, { integrationId, status: 'ACTIVE' });
		expect(await settingsOf(integrationId)).toEqual({
			status: 'ACTIVE',
			metadata: { scopes: ['offline_access'], consentUser: 'person-approval-2' },
		});
		const names = (await listEvents(database.pool, { tenantId })).map(({ event }) => event);
		expect(names.slice(0, 2)).toEqual(['connected', 'enabled']);
		expect(names.filter((name) => name === 'connected')).toHaveLength(1);
	});

	it('a reconnect does not wait, unless it brings other accounts', async () => {
		const tenantId = await connecting.tenant('Approved before');
		await connected(tenantId, ['approved']);
		const same = await consented(tenantId, ['approved'], 'same');
		expect(await connecting.confirm(same, [], APPROVAL)).toMatchObject({ result: 'reconnected' });
		const other = await consented(tenantId, ['replaced'], 'other', true);
		expect(await connecting.confirm(other, ['replaced'], APPROVAL)).toMatchObject({
			result: 'awaiting_approval',
		});
		expect(idsOf((await connecting.confirm(other, ['replaced'])).accounts)).toEqual([]);
	});
});
