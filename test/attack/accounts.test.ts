import { beforeEach, describe, expect, it } from '@jest/globals';

import { updateIntegration } from '../../db/integrations/settings';
import { disconnectIntegration } from '../../db/integrations/connect/disconnect';
import type { FailureMessage, Message } from '../../nodes/shared/messages';
import { serviceOf, startSandbox, type Sandbox, type ServiceKey } from '../sandbox';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { useDatabase } from '../support/database/use-database';
import { Extraction, type ConnectedTenant } from '../support/engine/extraction';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

/** A few records are enough to see whose they are. */
const LITTLE = { historyStart: '2026-10', budget: { maxRecords: 60 } };

/** A provider with the tenants of one test, and what came of each tenant's syncs. */
class Stage extends Extraction {
	readonly heard = new Map<string, Message[]>();

	static async open(provider: ServiceKey, seed: string): Promise<Stage> {
		await database.admin.query('truncate tenants cascade');
		const sandbox = await startSandbox({ seed, xero: { minute: 10_000 } });
		return new Stage(database.pool, sandbox, provider);
	}

	async sync(...tenants: ConnectedTenant[]): Promise<void> {
		for (const tenant of tenants) {
			const messages = await this.extract(tenant, LITTLE);
			this.heard.set(tenant.name, [...(this.heard.get(tenant.name) ?? []), ...messages]);
		}
	}

	failures({ name }: ConnectedTenant): string[] {
		const failed = (this.heard.get(name) ?? []).filter(
			(message): message is FailureMessage => message.type === 'FAILURE',
		);
		return [...new Set(failed.map(({ failure }) => failure.class))];
	}

	/** The accounts of which the tenant has records, or which it keeps others from. */
	async gained({ name, tenantId }: ConnectedTenant): Promise<Set<string>> {
		const records = (this.heard.get(name) ?? []).filter(({ type }) => type === 'RECORD');
		const { rows } = await database.admin.query<{ id: string }>(
			'select account_id as id from etl.accounts where tenant_id = $1 and released_at is null',
			[tenantId],
		);
		return new Set([...records.map(({ accountId }) => accountId), ...rows.map(({ id }) => id)]);
	}

	/** What one tenant got of another's accounts, as an attack. */
	async foreign(name: string, tenant: ConnectedTenant, others: readonly string[]): Promise<Attack> {
		const gained = await this.gained(tenant);
		const found = others.filter((id) => gained.has(id));
		return { name: `${name}: ${tenant.name}`, ...(found.length > 0 && { gained: found }) };
	}

	tokens(consent: string, opaque = false) {
		return serviceOf(this.sandbox, this.provider).connect(consent, { opaque });
	}
}

const organisations = (sandbox: Sandbox, consent: string): string[] =>
	sandbox.xero.organisations(consent).map(({ id }) => id);

/** One accountant, whose consents for Customer A (`harbour`) and Customer B (`southern`) reach two organisations each. */
describe('one accountant for two customers', () => {
	const EVENTS = ['stated', 'left out', 'null'] as const;
	const cases = [true, false].flatMap((opaque) =>
		EVENTS.flatMap((events) =>
			(['unchosen', 'consent'] as const).flatMap((mode) =>
				[true, false].map((firstFirst) => ({ opaque, events, mode, firstFirst })),
			),
		),
	);

	/** `/connections` as the sandbox gives it, without the events that say which consent each entry is of. */
	async function loseEvents(stage: Stage, consent: string, to: undefined | null): Promise<void> {
		const { accessToken } = stage.tokens(consent);
		const reply = await fetch(`${stage.sandbox.url}/connections`, {
			headers: { authorization: `Bearer ${accessToken}` },
		});
		const all = (await reply.json()) as object[];
		const body = JSON.stringify(all.map((one) => ({ ...one, authEventId: to })));
		stage.sandbox.xero.faults.add({
			...{ kind: 'status', status: 200, path: '/connections', count: 'always', body },
		});
	}

	it('reads no organisation of the other, whatever tokens and lists say, in whatever order', async () => {
		const attacks: Attack[] = [];
		for (const [index, { opaque, events, mode, firstFirst }] of cases.entries()) {
			const stage = await Stage.open('xero', `accountant-${index}`);
			const settings = mode === 'consent' ? { metadata: { accounts: 'consent' } } : {};
			const a = await stage.connectTo('Customer A', 'harbour', settings, { opaque });
			const b = await stage.connectTo('Customer B', 'southern', settings, { opaque });
			if (events !== 'stated') await loseEvents(stage, 'harbour', events === 'null' ? null : undefined);
			await stage.sync(...(firstFirst ? [a, b] : [b, a]));
			const name = JSON.stringify(cases[index]);
			attacks.push(await stage.foreign(name, a, organisations(stage.sandbox, 'southern')));
			attacks.push(await stage.foreign(name, b, organisations(stage.sandbox, 'harbour')));
			const isRead = !opaque && events === 'stated' && mode === 'consent';
			for (const tenant of [a, b]) expect(stage.failures(tenant)).toEqual(isRead ? [] : ['needs_choice']);
			await stage.sandbox.close();
		}
		expectRepelled('accounts: one accountant, two consents', attacks);
	});

	it('reads no organisation of the other with the only one left that its opaque token reaches', async () => {
		const stage = await Stage.open('xero', 'only-one-left');
		const a = await stage.connectTo('Customer A', 'harbour', {}, { opaque: true });
		await stage.connectTo('Customer B', 'southern', {});
		const [, ...gone] = [
			...organisations(stage.sandbox, 'southern'),
			...organisations(stage.sandbox, 'harbour'),
		];
		for (const id of gone) stage.sandbox.xero.disconnect(id);
		await stage.sync(a);
		expectRepelled('accounts: the last organisation of an opaque token', [
			await stage.foreign('last one', a, organisations(stage.sandbox, 'southern')),
		]);
		expect(stage.failures(a)).toEqual(['needs_choice']);
		await stage.sandbox.close();
	});

	it('reads no organisation of the other with a token whose claim was forged', async () => {
		const stage = await Stage.open('xero', 'forged-claim');
		const consent = { metadata: { accounts: 'consent' } };
		const a = await stage.connectTo('Customer A', 'harbour', consent);
		const b = stage.tokens('southern');
		const { refreshToken, expiresAt } = await stage.storedTokens(a);
		const [head, , end] = (await stage.storedTokens(a)).accessToken.split('.');
		const forged = [head, b.accessToken.split('.')[1], end].join('.');
		await stage.store(a, { accessToken: forged, refreshToken, expiresAt });
		await stage.sync(a);
		expectRepelled('accounts: a forged claim', [
			await stage.foreign('claim of B', a, organisations(stage.sandbox, 'southern')),
		]);
		expect([...(await stage.gained(a))].sort()).toEqual(organisations(stage.sandbox, 'harbour').sort());
		await stage.sandbox.close();
	});

	it('reads the others of its own tenant with a further consent, and no more', async () => {
		const stage = await Stage.open('xero', 'further-consent');
		const a = await stage.connectTo('Customer A', 'harbour', { metadata: { accounts: 'consent' } });
		stage.tokens('southern');
		await stage.sync(a);
		const [first, second] = organisations(stage.sandbox, 'harbour');
		await stage.store(a, stage.tokens('kiwi'));
		await stage.sync(a);
		const [kiwi] = organisations(stage.sandbox, 'kiwi');
		expect([...(await stage.gained(a))].sort()).toEqual([first, second, kiwi].sort());
		expectRepelled('accounts: a further consent', [
			await stage.foreign('of another', a, organisations(stage.sandbox, 'southern')),
		]);
		await stage.sandbox.close();
	});
});

describe('one consultant in the workspaces of two customers', () => {
	it('reads for each customer what was chosen for it, in whatever order', async () => {
		const attacks: Attack[] = [];
		for (const firstFirst of [true, false]) {
			for (const metadata of [{}, { accounts: 'consent' }]) {
				const stage = await Stage.open('asana', `consultant-${firstFirst}-${Object.keys(metadata).length}`);
				const [studio, labs] = stage.sandbox.asana.workspaces('southern').map(({ gid }) => gid) as [
					string,
					string,
				];
				const a = await stage.connectTo('Customer A', 'southern', { metadata });
				const b = await stage.connectTo('Customer B', 'southern', { metadata });
				const both = firstFirst ? [a, b] : [b, a];
				await stage.sync(...both);
				for (const tenant of both) {
					expect(stage.failures(tenant)).toEqual(['needs_choice']);
					attacks.push(await stage.foreign('unchosen', tenant, [studio, labs]));
				}
				for (const [tenant, id] of [
					[a, studio],
					[b, labs],
				] as const) {
					const accounts = { enable: [{ id, name: null }], disable: [] };
					await updateIntegration(database.pool, tenant.integrationId, { accounts });
				}
				await stage.sync(...both);
				expect([...(await stage.gained(a))]).toEqual([studio]);
				expect([...(await stage.gained(b))]).toEqual([labs]);
				attacks.push(await stage.foreign('chosen', a, [labs]), await stage.foreign('chosen', b, [studio]));
				await stage.sandbox.close();
			}
		}
		expectRepelled('accounts: one consultant, two customers', attacks);
	});
});

/** What each provider calls the one account of a consent. */
const ONE_ACCOUNT: Array<[ServiceKey, string, string, (sandbox: Sandbox, consent: string) => string[]]> = [
	['xero', 'harbour', 'southern', organisations],
	['asana', 'harbour', 'southern', (sandbox, name) => sandbox.asana.workspaces(name).map(({ gid }) => gid)],
	['hubspot', 'harbour', 'southern', (sandbox, name) => [String(sandbox.hubspot.portal(name).hubId)]],
	['pipedrive', 'harbour', 'southern', (sandbox, name) => [String(sandbox.pipedrive.company(name).id)]],
	['myob', 'young', 'joinery', (sandbox, name) => [sandbox.myob.file(name).id]],
];

describe.each(ONE_ACCOUNT)(
	'a token of %s that answers for another customer',
	(provider, own, other, idsOf) => {
		it('is not read: swapped, after a new consent, or in the middle of a run', async () => {
			const attacks: Attack[] = [];
			const stage = await Stage.open(provider, `swapped-${provider}`);
			const a = await stage.connect('Customer A', own);
			const b = await stage.connect('Customer B', other);
			await stage.sync(a, b);
			expect([...(await stage.gained(a))].sort()).toEqual(idsOf(stage.sandbox, own).sort());
			const [ofA, ofB] = [await stage.storedTokens(a), await stage.storedTokens(b)];
			await stage.store(a, ofB);
			await stage.store(b, ofA);
			await stage.sync(a, b);
			attacks.push(await stage.foreign('swapped', a, idsOf(stage.sandbox, other)));
			attacks.push(await stage.foreign('swapped', b, idsOf(stage.sandbox, own)));
			await stage.store(a, stage.tokens(other));
			await database.admin.query('delete from integrations where id = $1', [b.integrationId]);
			await stage.sync(a);
			attacks.push(
				await stage.foreign('new consent', a, provider === 'xero' ? [] : idsOf(stage.sandbox, other)),
			);
			expectRepelled(`accounts: ${provider} answers for another`, attacks);
			await stage.sandbox.close();
		});

		it('is not read after it was disconnected and another took it, nor by who reserved it before', async () => {
			const attacks: Attack[] = [];
			const stage = await Stage.open(provider, `squatted-${provider}`);
			const wanted = idsOf(stage.sandbox, other);
			const accounts = wanted.map((id) => ({ id, name: null }));
			// Another person's token: what the operator chooses of the own person's is no guess.
			const squatter = await stage.connectTo('Squatter', provider === 'xero' ? 'kiwi' : own, { accounts });
			const rightful = await stage.connectTo('Rightful', other, { metadata: { accounts: 'consent' } });
			await stage.sync(squatter, rightful);
			const records = (stage.heard.get('Squatter') ?? []).filter(({ type }) => type === 'RECORD');
			attacks.push({ name: 'reserved by a guess', ...(records.length > 0 && { gained: records.length }) });
			expect(JSON.stringify(stage.heard.get('Rightful'))).not.toContain('Squatter');
			await disconnectIntegration(database.pool, squatter.integrationId);
			await updateIntegration(database.pool, rightful.integrationId, {
				accounts: { enable: accounts, disable: [] },
			});
			await stage.store(squatter, stage.tokens(own));
			await stage.sync(rightful, squatter);
			attacks.push(await stage.foreign('reconnected', squatter, wanted));
			expect([...(await stage.gained(rightful))].sort()).toEqual(wanted.toSorted());
			expectRepelled(`accounts: ${provider} reserved beforehand`, attacks);
			await stage.sandbox.close();
		});
	},
);
