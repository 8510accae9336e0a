import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Fault } from '../sandbox';
import { imbalances, rowVersions, type BookedRun } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let tenant: Tenant;

async function openStage(seed: string): Promise<void> {
	stage = await syncStage(seed, 'myob');
	tenant = await stage.scenario.connect('Young', 'young', 'myob');
}

/** Syncs what is connected, also what a failure before had put aside. */
async function sync(): Promise<BookedRun> {
	await stage.database.admin.query(`update integrations set status = 'ACTIVE', last_sync_at = null`);
	const { runs, error } = await stage.sync();
	expect(error).toBeUndefined();
	expect([...runs.values()].flatMap(imbalances)).toEqual([]);
	return runs.get('Young')!;
}

const expectEqualToSource = async (): Promise<void> =>
	expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);

const rejected = async (): Promise<string[]> => {
	const { rows } = await stage.database.admin.query<{ line: string }>(
		`select distinct reason_code || ' ' || reason_path as line from etl.rejected_records where resolved_at is null`,
	);
	return rows.map(({ line }) => line).sort();
};

const report = { path: '/Report/' };

describe('a company file whose replies go wrong', () => {
	beforeAll(async () => {
		await openStage('myob-faults');
		await sync();
	});
	afterAll(async () => {
		await stage?.close();
	});
	beforeEach(() => {
		stage.sandbox.myob.clear();
	});

	const PASSING: Array<[name: string, fault: Fault]> = [
		['403 that is the limit of a second', { kind: 'tooManyRequests', ...report }],
		['429 that says how many seconds to wait', { kind: 'tooManyRequests', status: 429, ...report }],
		['429 that names a date', { kind: 'tooManyRequests', status: 429, retryAfter: 'date', ...report }],
		['429 that does not say how long', { kind: 'tooManyRequests', status: 429, retryAfter: null, ...report }],
		['500, three times in a row', { kind: 'status', count: 3, ...report }],
		['504 for a report', { kind: 'gatewayTimeout' }],
		['504 for a list', { kind: 'gatewayTimeout', path: '/AccountRegister' }],
		['a connection cut in the body', { kind: 'cutConnection', ...report }],
		['JSON that ends in the middle', { kind: 'truncatedJson', ...report }],
		['HTML instead of JSON', { kind: 'html', path: '/GeneralLedger/Account' }],
		['200 with an error in the body', { kind: 'errorBody', ...report }],
		['200 with nothing in it', { kind: 'empty', ...report }],
		['a list without its items', { kind: 'fieldsRemoved', path: '/AccountRegister' }],
		['a connection that is reset', { kind: 'reset', ...report }],
		['a reply in drips', { kind: 'slowDrip', ...report }],
		['a reply that comes late', { kind: 'delay', delayMs: 1_500, ...report }],
		['an access token that has expired', { kind: 'unauthorized', ...report }],
		['properties that nobody has heard of', { kind: 'unknownFields', count: 'always', ...report }],
		['figures that come as texts', { kind: 'fieldTypesChanged', count: 'always', ...report }],
	];

	it.each(PASSING)('%s: the same run ends well', async (_name, fault) => {
		stage.sandbox.myob.faults.add(fault);
		expect(await sync()).toMatchObject({ status: 'succeeded', error: null, records: { rejected: 0 } });
		if (fault.count !== 'always') expect(stage.sandbox.myob.faults.pending()).toEqual([]);
		await expectEqualToSource();
	});

	const FAILING: Array<[name: string, fault: Fault, failureClass: string, words: RegExp]> = [
		[
			'a scope that is missing, which answers 401',
			{ kind: 'unauthorized', count: 'always', path: '/GeneralLedger/' },
			'needs_consent',
			/lacks the scope sme-general-ledger, or the consent was withdrawn/,
		],
		[
			'a consent that is gone',
			{ kind: 'unauthorized', count: 'always' },
			'reconnect_required',
			/administrator of the company file/,
		],
		[
			'a person without the right',
			{ kind: 'accessDenied', count: 'always', ...report },
			'not_permitted',
			/\(The sandbox’s user has no access to this\)/,
		],
		['a key that is not active', { kind: 'developerInactive' }, 'configuration', /API key is not active/],
		['a company file that is gone', { kind: 'notFound' }, 'account_gone', /Business ID/],
		[
			'a call that is wrong',
			{ kind: 'status', status: 400, count: 'always', ...report },
			'bad_request',
			/status 400/,
		],
		['a refresh token that is refused', { kind: 'invalidGrant' }, 'reconnect_required', /Connect the tenant/],
		[
			'a report that never comes',
			{ kind: 'gatewayTimeout', count: 'always' },
			'provider_unavailable',
			/timed out several times/,
		],
	];

	it.each(FAILING)(
		'%s: a failure of its class, and right again',
		async (_name, fault, failureClass, words) => {
			const before = await rowVersions(stage.database.admin);
			stage.sandbox.myob.faults.add(fault);
			if (fault.kind === 'invalidGrant') stage.sandbox.myob.expireAccessTokens();
			const run = await sync();
			expect(run).toMatchObject({ status: 'failed', error: { class: failureClass } });
			expect(run.error?.message).toMatch(words);
			// A 401 is tried once more with a new token, and no more than that.
			expect(stage.sandbox.myob.refreshCalls).toBeLessThanOrEqual(fault.kind === 'invalidGrant' ? 3 : 1);
			expect(await rowVersions(stage.database.admin)).toEqual(before);
			stage.sandbox.myob.clear();
			expect(await sync()).toMatchObject({ status: 'succeeded' });
			await expectEqualToSource();
		},
	);

	it('takes the register as it comes where it takes no filter, and lists whose last page is an empty one', async () => {
		stage.sandbox.myob.setLimits({ noFilter: 1, trailingPage: 1 });
		expect(await sync()).toMatchObject({ status: 'succeeded', records: { rejected: 0 } });
		const register = stage.sandbox.myob.requests.filter(({ path }) => path.endsWith('/AccountRegister'));
		expect(register.map(({ status }) => status)).toEqual([400, 200, 200]);
		await expectEqualToSource();
	});

	it('asks for half as much at once where a list takes too long, and misses nothing', async () => {
		stage.sandbox.myob.setLimits({ mostRows: 7 });
		const run = await sync();
		expect(run).toMatchObject({ status: 'failed', error: { class: 'provider_unavailable' } });
		stage.sandbox.myob.clear();
		stage.sandbox.myob.setLimits({ mostRows: 70 });
		expect(await sync()).toMatchObject({ status: 'succeeded', records: { rejected: 0 } });
		const tops = stage.sandbox.myob.requests
			.filter(({ path }) => path.endsWith('/GeneralLedger/Account'))
			.map(({ query }) => query.$top);
		expect(tops).toEqual(['1000', '500', '250', '125', '63']);
		await expectEqualToSource();
	});

	it('reads the one company file that an old key lists, and says what to fill in where it lists none', async () => {
		await stage.database.admin.query(`update integrations set metadata = metadata - 'businessId'`);
		// The file that was entered when it was first read goes on being read.
		expect(await sync()).toMatchObject({ status: 'succeeded' });
		await stage.database.admin.query('delete from etl.accounts');
		expect(await sync()).toMatchObject({
			status: 'failed',
			error: { class: 'needs_choice', message: expect.stringContaining('businessId') },
		});
		stage.sandbox.myob.setLimits({ oldKey: 1 });
		expect(await sync()).toMatchObject({ status: 'succeeded' });
		await expectEqualToSource();
	});
});

describe('a failure that concerns other tenants too', () => {
	beforeEach(async () => {
		await openStage(`myob-others-${Math.random()}`);
	});
	afterEach(async () => {
		await stage.close();
	});

	it('the day’s limit of the app: nobody is read, and all go on later', async () => {
		stage.sandbox.myob.setLimits({ perDay: 5 });
		const run = await sync();
		expect(run).toMatchObject({ status: 'failed', error: { class: 'rate_limited' } });
		expect(run.error?.message).toContain(
			'daily limit of calls for the app is used up; all tenants count towards it',
		);
		const wait = Date.parse(run.retryAt ?? '') - Date.now();
		expect(wait).toBeGreaterThan(30 * 60_000);
	});

	it('one tenant’s trouble stays that tenant’s', async () => {
		const joinery = await stage.scenario.connect('Joinery', 'joinery', 'myob');
		await stage.scenario.connect('Island', 'island', 'myob');
		await stage.scenario.connect('Nonsense', 'bakehouse', 'myob', { businessId: '../../secret' });
		stage.sandbox.myob.revoke('joinery');
		await stage.database.admin.query(`update integrations set expires_at = now() where id = $1`, [
			joinery.integrationId,
		]);
		const { runs } = await stage.sync();
		const failures = [...runs.values()].map(({ tenant: name, error }) => [name, error?.class]);
		expect(Object.fromEntries(failures)).toEqual({
			Island: 'bad_request',
			Joinery: 'reconnect_required',
			Nonsense: 'configuration',
			Young: undefined,
		});
		expect(runs.get('Island')?.error?.message).toContain('country "FJ"');
		expect(runs.get('Nonsense')?.error?.message).toContain('"../../secret"');
		expect(stage.sandbox.myob.requests.filter(({ path }) => path.includes('secret'))).toEqual([]);
		await expectEqualToSource();
	});

	it('a report of other days than were asked for: the month is rejected, and taken once it is good again', async () => {
		const month = stage.sandbox.myob.file('young').firstMonth;
		stage.sandbox.myob.faults.add({
			...{ kind: 'status', status: 200, month, path: '/Report/' },
			body: JSON.stringify({
				...{ StartDate: `${month}-01T00:00:00`, EndDate: `${month}-28`, ReportingBasis: 'Accrual' },
				AccountsBreakdown: [],
			}),
		});
		const run = await sync();
		expect(run).toMatchObject({ status: 'partial', records: { extracted: 4, rejected: 1 } });
		expect(await rejected()).toEqual(['unexpected_report profitAndLoss']);
		await stage.database.admin.query('delete from etl.stream_states');
		await sync();
		expect(await rejected()).toEqual([]);
		await expectEqualToSource();
	});
});
