import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Fault } from '../sandbox';
import { imbalances, type BookedRun } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let southern: Tenant;
let seeds = 0;

beforeEach(async () => {
	stage = await syncStage(`faults-${++seeds}`);
	southern = await stage.scenario.connect('Southern Group', 'southern');
});

afterEach(async () => {
	await stage.close();
});

async function expectEqualToSource(tenant: Tenant): Promise<void> {
	expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
}

/** Whatever happens to the others, this tenant's run is good and both sums hold for all. */
async function expectOthersUnharmed(runs: Map<string, BookedRun>): Promise<void> {
	expect([...runs.values()].flatMap(imbalances)).toEqual([]);
	expect(runs.get(southern.name)?.status).toBe('succeeded');
	await expectEqualToSource(southern);
}

async function statusOf({ integrationId }: Tenant): Promise<string | undefined> {
	const { rows } = await stage.database.admin.query<{ status: string }>(
		'select status::text from integrations where id = $1',
		[integrationId],
	);
	return rows[0]?.status;
}

const PASSING: Array<[name: string, ...faults: Fault[]]> = [
	['429 that says how many seconds to wait', { kind: 'tooManyRequests', retryAfter: 1, skip: 4 }],
	['429 that names a date', { kind: 'tooManyRequests', retryAfter: 'date', skip: 4 }],
	['429 that does not say how long', { kind: 'tooManyRequests', retryAfter: null, skip: 4 }],
	['500, three times in a row', { kind: 'status', status: 500, count: 3, skip: 6 }],
	['503 on the list of connections', { kind: 'status', status: 503, path: '/connections' }],
	['a connection cut in the body', { kind: 'cutConnection', count: 2, skip: 3 }],
	['JSON that ends in the middle', { kind: 'truncatedJson', count: 2, skip: 3 }],
	['HTML instead of JSON', { kind: 'html', count: 2, skip: 3 }],
	['200 with an error in the body', { kind: 'errorBody', count: 2, skip: 3 }],
	['a connection that is reset', { kind: 'reset', count: 2, skip: 3 }],
	['a reply in drips', { kind: 'slowDrip', count: 2, skip: 3 }],
	['a reply that comes late', { kind: 'delay', delayMs: 1_500, count: 2, skip: 3 }],
	['an access token that has expired', { kind: 'tokenExpired', skip: 8 }],
];

describe('transient errors', () => {
	it.each(PASSING)('%s: the same run ends well', async (_name, ...faults) => {
		const harbour = await stage.scenario.connect('Harbour Group', 'harbour');
		stage.sandbox.xero.faults.add(...faults.map((fault) => ({ consent: 'harbour', ...fault })));
		const { runs, error } = await stage.sync();
		expect(error).toBeUndefined();
		expect(stage.sandbox.xero.faults.pending()).toEqual([]);
		expect(runs.get('Harbour Group')).toMatchObject({ status: 'succeeded', error: null });
		await expectEqualToSource(harbour);
		await expectOthersUnharmed(runs);
	});

	it('access tokens that expired at the provider: one refresh each, and the new tokens are kept', async () => {
		const harbour = await stage.scenario.connect('Harbour Group', 'harbour');
		stage.sandbox.xero.expireAccessTokens();
		const { runs } = await stage.sync();
		expect(runs.get('Harbour Group')?.status).toBe('succeeded');
		await expectEqualToSource(harbour);
		await expectOthersUnharmed(runs);
		expect(stage.sandbox.xero.refreshCalls).toBe(2);
		await stage.sync();
		expect(stage.sandbox.xero.refreshCalls).toBe(2);
	});
});

describe('errors that last', () => {
	it('a provider that is down for one tenant: tried again later, then right', async () => {
		const harbour = await stage.scenario.connect('Harbour Group', 'harbour');
		stage.sandbox.xero.faults.add({ kind: 'status', status: 503, consent: 'harbour', count: 'always' });
		const { runs } = await stage.sync();
		const failed = runs.get('Harbour Group');
		expect(failed).toMatchObject({ status: 'failed', error: { class: 'provider_unavailable' } });
		expect(failed?.retryAt).not.toBeNull();
		expect(await statusOf(harbour)).toBe('ACTIVE');
		await expectOthersUnharmed(runs);
		stage.sandbox.xero.faults.clear();
		const again = await stage.sync({ mode: 'manual' });
		expect(again.runs.get('Harbour Group')?.status).toBe('succeeded');
		await expectEqualToSource(harbour);
	});

	it.each([403, 400])(
		'a page of HTML (%d) in the place of a token: the connection is kept',
		async (status) => {
			const harbour = await stage.scenario.connect('Harbour Group', 'harbour');
			const page: Fault = {
				kind: 'status',
				status,
				body: '<html><h1>Access Denied</h1></html>',
				path: '/connect/token',
			};
			stage.sandbox.xero.faults.add(
				{ kind: 'tokenExpired', consent: 'harbour' },
				{ ...page, consent: 'harbour', count: 'always' },
			);
			const { runs } = await stage.sync();
			expect(runs.get('Harbour Group')?.error).toMatchObject({
				class: 'configuration',
				message: expect.stringMatching(/firewall/),
			});
			expect(await statusOf(harbour)).toBe('ACTIVE');
			await expectOthersUnharmed(runs);
			stage.sandbox.xero.faults.clear();
			expect((await stage.sync()).runs.get('Harbour Group')).toMatchObject({
				status: 'succeeded',
				error: null,
			});
			await expectEqualToSource(harbour);
		},
	);

	it('a refresh token that is refused: a person is asked, and nothing is called again', async () => {
		const harbour = await stage.scenario.connect('Harbour Group', 'harbour');
		stage.sandbox.xero.revoke('harbour');
		const { runs, items } = await stage.sync();
		expect(runs.get('Harbour Group')).toMatchObject({
			status: 'failed',
			error: { class: 'reconnect_required' },
		});
		expect(items('Extract', 1)).toEqual([expect.objectContaining({ type: 'FAILURE', tenantId: harbour.id })]);
		expect(await statusOf(harbour)).toBe('ERROR');
		await expectOthersUnharmed(runs);
		stage.sandbox.xero.clearRequests();
		const again = await stage.sync();
		expect([...again.runs.keys()]).toEqual(['Southern Group']);
		expect(stage.sandbox.xero.requests.filter(({ consent }) => consent === 'harbour')).toEqual([]);
	});

	it('one organisation at its day’s limit: the other is read, and it goes on later', async () => {
		await stage.scenario.connect('Harbour Group', 'harbour');
		const [limited, other] = stage.sandbox.xero.organisations('harbour');
		stage.sandbox.xero.faults.add({ kind: 'dayLimit', accountId: limited?.id, count: 'always' });
		const { runs } = await stage.sync();
		const run = runs.get('Harbour Group');
		expect(run).toMatchObject({ status: 'partial', error: { class: 'rate_limited' } });
		expect(run?.retryAt).not.toBeNull();
		await expectRowsOf(other?.id, 13);
		await expectOthersUnharmed(runs);
	});

	it('one organisation whose reports are forbidden: the other is read', async () => {
		await stage.scenario.connect('Nursery Group', 'noreports');
		const { runs } = await stage.sync();
		expect(runs.get('Nursery Group')).toMatchObject({ status: 'partial', error: { class: 'not_permitted' } });
		const organisations = stage.sandbox.xero.organisations('noreports');
		for (const { id, reportsForbidden } of organisations) await expectRowsOf(id, reportsForbidden ? 0 : 13);
		await expectOthersUnharmed(runs);
	});

	it('reports that do not add up or have an unknown section: kept with the reason, the others land', async () => {
		await stage.scenario.connect('Odd Group', 'odd');
		const { runs, items } = await stage.sync();
		const run = runs.get('Odd Group');
		expect(run).toMatchObject({
			status: 'partial',
			records: { extracted: 13, normalised: 11, rejected: 2 },
		});
		expect(items('Transform & Normalize', 1)).toHaveLength(2);
		const { rows } = await stage.database.admin.query<{ reason_code: string }>(
			'select reason_code from etl.rejected_records where resolved_at is null order by 1',
		);
		expect(rows.map(({ reason_code }) => reason_code)).toEqual(['does_not_add_up', 'unknown_section']);
		await expectOthersUnharmed(runs);
	});

	it('a currency without a rate: kept until there is one, then loaded and resolved', async () => {
		await stage.scenario.connect('Kiwi Group', 'kiwi');
		const { runs } = await stage.sync();
		expect(runs.get('Kiwi Group')?.records).toMatchObject({ extracted: 13, rejected: 13 });
		await stage.database.admin.query(`
			insert into etl.exchange_rates (base, quote, rate_date, rate, source)
			select 'AUD', 'NZD', day::date, 1.1, 'made-up' from generate_series(now() - interval '500 days', now(), '1 day') day`);
		// The running month and the two before are read again.
		const again = await stage.sync();
		expect(again.runs.get('Kiwi Group')?.rows.inserted).toBe(3);
		const { rows } = await stage.database.admin.query<{ reason_code: string }>(
			'select distinct reason_code from etl.rejected_records group by 1 having count(*) filter (where resolved_at is null) = 10',
		);
		expect(rows).toEqual([{ reason_code: 'rate_missing' }]);
	});
});

async function expectRowsOf(accountId: string | undefined, count: number): Promise<void> {
	const { rows } = await stage.database.admin.query(
		`select from financials where external_id like 'pnl:' || $1 || ':%'`,
		[accountId],
	);
	expect(rows).toHaveLength(count);
}
