import { beforeEach, describe, expect, it } from '@jest/globals';

import {
	listEvents,
	noteEvent,
	takeEvents,
	type ConnectionEvent,
	type NewEvent,
} from '../../../../db/integrations/connect/events';
import { pauseTenant } from '../../../../db/integrations/tenants';
import { listTenantsToConnect } from '../../../../db/integrations/connect/invitations';
import { createIntegration, setIntegrationStatus } from '../../../../db/integrations/integrations';
import { claimDue } from '../../../../db/runs/claim';
import { finishRun, type RunEnd } from '../../../../db/runs/finish';
import { inTenant } from '../../../../db/postgres/transaction';
import { account, Connecting, consentOf } from '../../../support/database/connecting';
import { holder } from '../../../support/database/run-holder';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();
let connecting: Connecting;
let tenantId: string;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	connecting = new Connecting(database);
	tenantId = await connecting.tenant('Harbour Coffee');
});

async function note(event: Partial<NewEvent>, tenant = tenantId): Promise<void> {
	await inTenant(database.pool, tenant, async (client) => {
		await noteEvent(client, {
			...{ tenantId: tenant, integrationId: null, provider: 'xero', event: 'connected' },
			...event,
		});
	});
}

async function take(limit = 100): Promise<ConnectionEvent[]> {
	const taken: ConnectionEvent[] = [];
	await takeEvents(database.pool, limit, (event) => void taken.push(event));
	return taken;
}

const names = (events: readonly ConnectionEvent[]): string[] => events.map(({ event }) => event);

describe('the outbox', () => {
	it('emits the six events once, oldest first, without a secret', async () => {
		const six = [
			'failed',
			'needs_consent',
			'first_sync_complete',
			'disconnected',
			'reconnected',
			'connected',
		] as const;
		for (const event of six) await note({ event, accounts: [account('1')], reason: 'Why' });
		for (const event of ['linked', 'consented', 'enabled', 'disabled', 'other_browser'] as const)
			await note({ event });
		const events = await take();
		expect(names(events)).toEqual(six);
		expect(events[0]).toEqual({
			eventId: expect.stringMatching(/^\d+$/),
			...{ event: 'failed', tenantId, tenantName: 'Harbour Coffee', integrationId: null, provider: 'xero' },
			...{ accounts: [account('1')], reason: 'Why', actor: null },
			createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
		});
		expect(await take()).toEqual([]);
	});

	it('emits again what failed to be emitted', async () => {
		await note({ reason: 'first' });
		await note({ reason: 'second' });
		const heard: Array<string | null> = [];
		const failing = takeEvents(database.pool, 10, ({ reason }) => {
			heard.push(reason);
			if (reason === 'second') throw new Error('n8n is closing');
		});
		await expect(failing).rejects.toThrow('n8n is closing');
		expect((await take()).map(({ reason }) => reason)).toEqual(['first', 'second']);
		expect(heard).toEqual(['first', 'second']);
	});

	it('is emptied by several processes without a word twice, and nobody waits', async () => {
		for (let index = 0; index < 30; index++) await note({ reason: `event ${index}` });
		const taken = await Promise.all(Array.from({ length: 5 }, async () => await take(6)));
		const rest = await take();
		const reasons = [...taken.flat(), ...rest].map(({ reason }) => reason);
		expect(reasons).toHaveLength(30);
		expect(new Set(reasons).size).toBe(30);
	});

	it('takes a few at a time, and nothing that is older than a week', async () => {
		for (let index = 0; index < 3; index++) await note({ reason: `event ${index}` });
		expect(await take(2)).toHaveLength(2);
		await database.admin.query("update etl.connection_events set created_at = now() - interval '8 days'");
		expect(await take()).toEqual([]);
		expect(await listEvents(database.pool)).toHaveLength(3);
	});

	it('holds bounded texts that PostgreSQL can store', async () => {
		const accounts = Array.from({ length: 150 }, (_, index) => account(`${index}`));
		await note({ accounts, reason: `nul\0${'🍏'.repeat(900)}`, actor: 'a'.repeat(900) });
		const [event] = await take();
		expect(event!.accounts).toHaveLength(100);
		expect([...event!.reason!]).toHaveLength(500);
		expect(event!.actor).toHaveLength(500);
	});
});

describe('the timeline', () => {
	it('is the newest first, of a tenant, provider or connection', async () => {
		const other = await connecting.tenant('Southern Trust');
		await connecting.connect({ tenantId }, [account('harbour')]);
		await note({ provider: 'hubspot', event: 'linked' });
		await note({ event: 'linked' }, other);
		const [connected] = await listEvents(database.pool, { tenantId, provider: 'xero' });
		expect(connected).toMatchObject({ event: 'connected', actor: 'person-first' });
		expect(names(await listEvents(database.pool, { tenantId }))).toEqual([
			...['linked', 'connected', 'consented', 'linked'],
		]);
		const { integrationId } = connected!;
		expect(names(await listEvents(database.pool, { integrationId: integrationId! }))).toHaveLength(3);
		expect(await listEvents(database.pool, { limit: 2 })).toHaveLength(2);
		expect(await listEvents(database.pool, { tenantId: 'unknown' })).toEqual([]);
	});

	it('shows what is enabled and disabled by hand, once', async () => {
		await connecting.connect({ tenantId }, [account('by-hand')]);
		const integrationId = (await listEvents(database.pool))[0]!.integrationId!;
		for (const status of ['DISABLED', 'DISABLED', 'ACTIVE', 'ACTIVE'] as const)
			await setIntegrationStatus(database.pool, { integrationId, status });
		const events = names(await listEvents(database.pool, { tenantId, limit: 3 }));
		expect(events).toEqual(['enabled', 'disabled', 'connected']);
	});
});

describe('a run', () => {
	let integrationId: string;
	beforeEach(async () => {
		const done = await connecting.connect({ tenantId }, [account('synced')]);
		({ integrationId } = done as { integrationId: string });
		await take();
	});

	async function run(end: Partial<RunEnd>): Promise<void> {
		const [claimed] = await claimDue(database.pool, {
			...{ provider: 'xero', limit: 1, syncEveryHours: 6, holder: holder('execution-1'), runNow: true },
			...{ authentication: 'stored', integrationId },
		});
		await finishRun(database.pool, { tenantId, syncRunId: claimed!.syncRunId, status: 'succeeded', ...end });
	}

	const RECONNECT = {
		status: 'failed' as const,
		requiresAction: true,
		error: { class: 'reconnect_required', message: 'The consent was withdrawn.' },
	};

	it('makes failed when the connection breaks, in the transaction that closes it', async () => {
		await run(RECONNECT);
		expect(await take()).toMatchObject([
			{ event: 'failed', integrationId, reason: 'The consent was withdrawn.', accounts: [account('synced')] },
		]);
	});

	it('makes no failed for what passes, nor for what is not the consent', async () => {
		await run({ status: 'failed', error: { class: 'provider_down', message: 'Down.' }, retryInMs: 1_000 });
		await run({ ...RECONNECT, error: { class: 'configuration', message: 'A field is empty.' } });
		expect(await take()).toEqual([]);
	});

	it('makes first_sync_complete once for each consent', async () => {
		await run({ status: 'failed', error: { class: 'provider_down', message: 'Down.' }, retryInMs: 0 });
		await run({ status: 'partial', error: { class: 'provider_down', message: 'Down.' }, retryInMs: 0 });
		await run({ keepsSchedule: true });
		await run({ retryInMs: 0 });
		expect(await take()).toEqual([]);
		await run({ status: 'partial' });
		await run({});
		expect(names(await take())).toEqual(['first_sync_complete']);
		await connecting.connect({ tenantId }, [account('synced')], consentOf('second'));
		await run({});
		await run({});
		expect(names(await take())).toEqual(['reconnected', 'first_sync_complete']);
	});

	it('is not the first of the new consent when it began before the reconnect', async () => {
		const [claimed] = await claimDue(database.pool, {
			...{ provider: 'xero', limit: 1, syncEveryHours: 6, holder: holder('execution-1'), runNow: true },
			...{ authentication: 'stored', integrationId },
		});
		await connecting.connect({ tenantId }, [account('synced')], consentOf('second'));
		await finishRun(database.pool, { tenantId, syncRunId: claimed!.syncRunId, status: 'succeeded' });
		expect(names(await take())).toEqual(['reconnected']);
	});

	it('makes needs_consent once for each consent', async () => {
		const needsConsent = 'HubSpot did not grant "crm.objects.deals.read".';
		await run({ needsConsent });
		await run({ needsConsent });
		expect(await take()).toMatchObject([
			{ event: 'needs_consent', reason: needsConsent },
			{ event: 'first_sync_complete' },
		]);
		await connecting.connect({ tenantId }, [account('synced')], consentOf('second'));
		await run({ needsConsent });
		expect(names(await take())).toEqual(['reconnected', 'needs_consent', 'first_sync_complete']);
	});
});

describe('tenants to connect', () => {
	it('are those that a link helps', async () => {
		const [waiting, broken, disabled, paused, byN8n, approval] = (await Promise.all(
			['B waiting', 'C broken', 'D off', 'E paused', 'F by n8n', 'G approval'].map((name) =>
				connecting.tenant(name),
			),
		)) as [string, string, string, string, string, string];
		await createIntegration(database.pool, { tenantId: waiting, provider: 'xero', authentication: 'stored' });
		await connecting.connect({ tenantId: broken }, [account('broken')]);
		await database.admin.query("update integrations set status = 'ERROR' where tenant_id = $1", [broken]);
		const off = await createIntegration(database.pool, {
			...{ tenantId: disabled, provider: 'xero', authentication: 'stored' },
		});
		await setIntegrationStatus(database.pool, { integrationId: off.integrationId, status: 'DISABLED' });
		await pauseTenant(database.pool, paused, true);
		await createIntegration(database.pool, { tenantId: byN8n, provider: 'xero', authentication: 'n8n' });
		const stateId = await connecting.consent(await connecting.link({ tenantId: approval }), [
			account('approval'),
		]);
		await connecting.confirm(stateId, ['approval'], { needsApproval: true });
		await connecting.connect({ tenantId: await connecting.tenant('H works') }, [account('works')]);
		expect(await listTenantsToConnect(database.pool, 'xero')).toEqual([
			{ tenantId: waiting, tenantName: 'B waiting' },
			{ tenantId: broken, tenantName: 'C broken' },
			{ tenantId, tenantName: 'Harbour Coffee' },
		]);
		expect(await listTenantsToConnect(database.pool, 'hubspot')).toHaveLength(7);
	});
});
