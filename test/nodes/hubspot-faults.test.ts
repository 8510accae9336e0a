import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Fault, HubSpotSandbox } from '../sandbox';
import { imbalances, rowVersions, type BookedRun } from '../support/database/stored';
import { expectedRows } from '../support/expect/hubspot';
import { leadRowsOf } from '../support/expect/lead-rows';
import { mapDifferences } from '../support/expect/map-differences';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const DAY_MS = 86_400_000;

let stage: SyncStage;
let hubspot: HubSpotSandbox;
let harbour: Tenant;
let empty: Tenant;

beforeAll(async () => {
	stage = await syncStage('hubspot-faults', 'hubspot');
	({ hubspot } = stage.sandbox);
	harbour = await stage.scenario.connect('Harbour Group', 'harbour', 'hubspot');
	empty = await stage.scenario.connect('Empty Group', 'empty', 'hubspot');
});

beforeEach(async () => {
	hubspot.clear();
	// From the beginning, so that every kind of call is made; rows that are right already are left alone.
	await stage.database.admin.query(`update etl.stream_states set state = '{}'`);
	await stage.database.admin.query(`update integrations set status = 'ACTIVE', last_sync_at = null`);
});

afterAll(async () => {
	await stage?.close();
});

/** Whatever happens to the one, the other's run is good and both sums hold. */
async function sync(): Promise<BookedRun> {
	const { runs, error } = await stage.sync();
	expect(error).toBeUndefined();
	expect([...runs.values()].flatMap(imbalances)).toEqual([]);
	expect(runs.get(empty.name)).toMatchObject({ status: 'succeeded' });
	return runs.get(harbour.name)!;
}

async function expectEqualToSource(): Promise<void> {
	const staleBefore = new Date(Date.now() - 30 * DAY_MS).toISOString();
	const expected = expectedRows(hubspot.books('harbour').expected(), { portalCurrency: 'AUD', staleBefore });
	expect(mapDifferences(expected, await leadRowsOf(stage.database.admin, harbour.id))).toEqual([]);
}

const statusOf = async ({ integrationId }: Tenant): Promise<string | undefined> => {
	const { rows } = await stage.database.admin.query<{ status: string }>(
		'select status::text from integrations where id = $1',
		[integrationId],
	);
	return rows[0]?.status;
};

const consent = 'harbour';

// What is alike at all providers stands in one table (test/db/extract/source-behaviour.test.ts).
describe('transient errors', () => {
	it.each<[name: string, ...faults: Fault[]]>([
		['a lock', { kind: 'locked', path: '/batch', skip: 1 }],
		['an outage of the data centre, three times', { kind: 'status', status: 521, count: 3, path: '/batch' }],
		['a page cut in the middle', { kind: 'cutConnection', count: 2, skip: 1 }],
		['a token that expired early', { kind: 'tokenExpired', skip: 4 }],
		['a token that the edge could not read', { kind: 'edge', skip: 3 }],
		['a page without its results', { kind: 'fieldsRemoved', path: '/deals' }],
		['properties that nobody has heard of', { kind: 'unknownFields', path: '/objects/', count: 'always' }],
		['fields of other types', { kind: 'fieldTypesChanged', path: '/objects/', count: 'always' }],
	])('%s: the same run ends well', async (_name, ...faults) => {
		hubspot.faults.add(...faults.map((fault) => ({ consent, ...fault })));
		expect(await sync()).toMatchObject({ status: 'succeeded', error: null });
		expect(hubspot.faults.pending().filter(({ count }) => count !== 'always')).toEqual([]);
		await expectEqualToSource();
	});
});

describe('errors that last', () => {
	it.each<[name: string, fault: Fault, failureClass: string, status: string]>([
		[
			'a move to another data centre',
			{ kind: 'moving', retryAfter: 7_200 },
			'provider_unavailable',
			'ACTIVE',
		],
		['a scope that is missing', { kind: 'missingScopes' }, 'needs_consent', 'ERROR'],
		// It was refreshed meanwhile, as if somebody had connected anew: the next run tells.
		['a token that is refused for ever', { kind: 'tokenExpired' }, 'reconnect_required', 'ACTIVE'],
		['a version of the API that has ended', { kind: 'notFound' }, 'bad_request', 'ACTIVE'],
	])(
		'%s: a failure of its class, nothing lost, and right once it has passed',
		async (_name, fault, failureClass, status) => {
			const before = await rowVersions(stage.database.admin);
			hubspot.faults.add({ consent, count: 'always', ...fault });
			const run = await sync();
			expect(run.error).toMatchObject({ class: failureClass });
			expect(await statusOf(harbour)).toBe(status);
			expect(await rowVersions(stage.database.admin)).toEqual(before);
			hubspot.clear();
			await stage.database.admin.query(`update integrations set status = 'ACTIVE', last_sync_at = null`);
			expect((await sync()).status).toBe('succeeded');
			await expectEqualToSource();
		},
	);

	it('a consent taken back: a person is asked, and nothing more is called', async () => {
		const lost = await stage.scenario.connect('Lost Group', 'southern', 'hubspot');
		hubspot.revoke('southern');
		const { runs } = await stage.sync();
		expect(runs.get(lost.name)).toMatchObject({ status: 'failed', error: { class: 'reconnect_required' } });
		expect(await statusOf(lost)).toBe('ERROR');
		hubspot.clearRequests();
		await stage.sync();
		expect(hubspot.requests.filter((request) => request.consent === 'southern')).toEqual([]);
		await stage.database.admin.query('delete from integrations where id = $1', [lost.integrationId]);
	});

	it('the day’s limit in the middle: it goes on later, by itself', async () => {
		const limited = await stage.scenario.connect('Limited Group', 'atlantic', 'hubspot');
		hubspot.faults.add({ kind: 'dayLimit', consent: 'atlantic', count: 'always', skip: 2 });
		const { runs } = await stage.sync();
		const run = runs.get(limited.name);
		expect(run).toMatchObject({ error: { class: 'rate_limited' } });
		expect(Date.parse(run?.retryAt ?? '') - Date.now()).toBeGreaterThan(50 * 60_000);
		expect(await statusOf(limited)).toBe('ACTIVE');
		await stage.database.admin.query('delete from integrations where id = $1', [limited.integrationId]);
	});

	it('a portal that another tenant reads already: refused, and the first goes on', async () => {
		const other = await stage.scenario.connect('Other Group', 'harbour', 'hubspot');
		const { runs } = await stage.sync();
		expect(runs.get(other.name)?.error).toMatchObject({ class: 'account_conflict' });
		expect(runs.get(harbour.name)?.status).toBe('succeeded');
		await stage.database.admin.query('delete from integrations where id = $1', [other.integrationId]);
	});
});
