import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { loadChunk } from '../../../db/load/load-chunk';
import type { LoadRejected } from '../../../db/load/input';
import { unreadableRecords } from '../../../db/runs/unreadable-records';
import type { Message } from '../../../nodes/shared/messages';
import {
	serviceKeys,
	serviceOf,
	startSandbox,
	type Fault,
	type Sandbox,
	type ServiceKey,
} from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import {
	LIST_ENDPOINTS,
	NAME_ENDPOINTS,
	OTHER_ENDPOINTS,
	RECORD_ENDPOINTS,
} from '../../support/engine/endpoints';
import { Extraction, type ConnectedTenant } from '../../support/engine/extraction';
import { EXECUTION } from '../../support/database/run-holder';
import {
	addsUp,
	failuresIn,
	hasty,
	recordsIn,
	statesIn,
	storeExtracted,
	warningsIn,
} from '../../support/engine/unreadable';

const always = 'always' as const;

/** What a provider may answer for one record although it answers for the others. */
const POISONS: Array<{ name: string; fault: Omit<Fault, 'path'>; batchesOnly?: true; isGone?: true }> = [
	...[400, 402, 403, 451, 500, 504].map((status) => ({
		name: String(status),
		fault: { kind: 'status', status, body: '{"message":"made up"}' },
	})),
	...[404, 410].map((status) => ({
		name: String(status),
		fault: { kind: 'status', status, body: '{"message":"made up"}' },
		isGone: true as const,
	})),
	{ name: '200 with null', fault: { kind: 'status', status: 200, body: 'null' } },
	{ name: '200 with HTML', fault: { kind: 'html' } },
	{ name: 'cut', fault: { kind: 'cutConnection' } },
	{ name: 'missing in a batch', fault: { kind: 'leftOut' }, batchesOnly: true },
	{ name: 'null in a batch', fault: { kind: 'hole' }, batchesOnly: true },
];

const middle = (ids: string[]): string => ids[Math.floor(ids.length / 2)]!;

let database: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'unreadable', xero: { minute: 100_000, day: 1_000_000 } });
});

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

describe.each(RECORD_ENDPOINTS)('$key: a record that is poisoned at $name', (endpoint) => {
	const { key, fault, inBatches, metadata, choose = middle } = endpoint;
	let extraction: Extraction;
	let tenant: ConnectedTenant;
	let recordIds: string[];
	let poisoned: string;

	beforeAll(async () => {
		// An account belongs to one tenant at a time.
		await database.admin.query('delete from tenants');
		extraction = new Extraction(database.pool, sandbox, key);
		const consent = endpoint.consent ?? serviceOf(sandbox, key).consents()[0]!;
		tenant = await extraction.connect(`Unreadable ${key} ${Math.random()}`, consent, {});
		await database.admin.query('update integrations set metadata = metadata || $2::jsonb where id = $1', [
			tenant.integrationId,
			metadata ?? {},
		]);
		recordIds = recordsIn(await read());
		poisoned = choose(recordIds);
	});

	afterEach(async () => {
		serviceOf(sandbox, key).clear();
		await database.admin.query('delete from etl.stream_states');
		await database.admin.query('delete from etl.rejected_records');
	});

	const read = async (): Promise<Message[]> => await extraction.extract(tenant, { clock: hasty });

	it.each(POISONS.filter(({ batchesOnly }) => inBatches || !batchesOnly))(
		'is named with $name, everything else is read, and it is read once it has healed',
		async ({ fault: poison, isGone }) => {
			serviceOf(sandbox, key).faults.add({ ...poison, ...fault(poisoned), count: always });
			const first = await read();
			await storeExtracted(database, tenant, first);
			expect(failuresIn(first)).toEqual([]);
			expect(new Set(recordsIn(first))).toEqual(new Set(recordIds.filter((id) => id !== poisoned)));
			expect(addsUp(first)).toBe(true);
			const stored = await openRejections();
			if (isGone && !isMonth(poisoned) && key !== 'hubspot') return expect(stored).toEqual([]);
			expect(stored.map(({ record_id: id }) => id)).toContain(poisoned);
			expect(stored.every(({ stage, payload }) => stage === 'extract' && payload === null)).toBe(true);

			serviceOf(sandbox, key).clear();
			await database.admin.query('update etl.rejected_records set ask_again_at = now()');
			const later = await read();
			await storeExtracted(database, tenant, later);
			expect(recordsIn(later)).toContain(poisoned);
			expect(await openRejections()).toEqual([]);
		},
	);

	it('is not blamed for an outage of the whole endpoint: no state moves', async () => {
		serviceOf(sandbox, key).faults.add({
			kind: 'status',
			status: 503,
			count: always,
			path: fault(poisoned).path!,
		});
		const messages = await read();
		expect(failuresIn(messages)).toContain('provider_unavailable');
		expect(messages.filter(({ type }) => type === 'REJECTED')).toEqual([]);
		for (const message of messages) if (message.type === 'STATE') expect(message.state).toBeNull();
	});
});

describe.each(NAME_ENDPOINTS)('$key: a name that is poisoned at $name', ({ key, path, idOf }) => {
	it.each(POISONS.filter(({ batchesOnly }) => !batchesOnly))(
		'is not known with $name, and holds no record up',
		async ({ fault: poison }) => {
			await database.admin.query('delete from tenants');
			const extraction = new Extraction(database.pool, sandbox, key);
			const service = serviceOf(sandbox, key);
			const tenant = await extraction.connect('Named', service.consents()[0]!, {});
			const whole = await extraction.extract(tenant, { clock: hasty });
			const ids = whole.flatMap((message) => (message.type === 'RECORD' ? (idOf(message) ?? []) : []));
			service.faults.add({ ...poison, path, record: ids[0]!, count: always });
			const messages = await extraction.extract(tenant, { clock: hasty });
			service.clear();
			expect(failuresIn(messages)).toEqual([]);
			expect(recordsIn(messages)).toEqual(recordsIn(whole));
			expect(warningsIn(messages).join()).toContain(ids[0]);
		},
		60_000,
	);
});

/** Every endpoint that a sync calls for an account, by a part of its path or by its end. */
const ALL_ENDPOINTS: Array<{ key: ServiceKey; at: Partial<Fault> }> = [
	...[...RECORD_ENDPOINTS.filter(({ consent }) => !consent), ...NAME_ENDPOINTS].map(({ key, path }) => ({
		...{ key, at: { path } },
	})),
	...LIST_ENDPOINTS.map(({ key, pathEnd }) => ({ key, at: { path: '', pathEnd } })),
	...OTHER_ENDPOINTS.map(([key, pathEnd]) => ({ key, at: { path: '', pathEnd } })),
];

/** The scans that come before the one that calls an endpoint. They were read whole, so their cursors move. */
const SCANS_BEFORE: Readonly<Record<string, string[]>> = {
	'/api/v2/deals/archived': ['deals'],
	'/deals/search': ['all'],
};

describe('an outage of a whole endpoint', () => {
	it.each(ALL_ENDPOINTS.map(({ key, at }) => ({ key, at, where: at.pathEnd ?? at.path! })))(
		'is a failure of $key, $where, that moves no cursor and rejects no record',
		async ({ key, at, where }) => {
			await database.admin.query('delete from tenants');
			const extraction = new Extraction(database.pool, sandbox, key);
			const service = serviceOf(sandbox, key);
			const tenant = await extraction.connect('Out', service.consents()[0]!, {});
			service.clearRequests();
			service.faults.add({ kind: 'status', status: 503, count: always, ...at });
			const messages = await extraction.extract(tenant, { clock: hasty });
			const calls = service.requests.length;
			service.clear();
			expect(failuresIn(messages)).toContain('provider_unavailable');
			expect(messages.filter(({ type }) => type === 'REJECTED')).toEqual([]);
			const moved = statesIn(messages).flatMap(({ state }) => Object.keys(state ?? {}));
			expect(moved).toEqual(SCANS_BEFORE[where] ?? []);
			expect(calls).toBeLessThan(200);
		},
		60_000,
	);
});

describe('the endpoints of a sync', () => {
	it.each(serviceKeys)(
		'all have a place in one of the matrices: %s',
		async (key) => {
			await database.admin.query('delete from tenants');
			const extraction = new Extraction(database.pool, sandbox, key);
			const service = serviceOf(sandbox, key);
			service.clearRequests();
			for (const consent of service.consents().slice(0, 2)) {
				const tenant = await extraction.connect(`All ${consent}`, consent, {});
				await extraction.extract(tenant, { clock: hasty });
			}
			const isKnown = (path: string): boolean =>
				path.includes('/token') ||
				/^\/accountright\/[^/]+$/.test(path) ||
				[...RECORD_ENDPOINTS, ...NAME_ENDPOINTS].some((one) => one.key === key && path.includes(one.path)) ||
				LIST_ENDPOINTS.some((one) => one.key === key && path.endsWith(one.pathEnd)) ||
				OTHER_ENDPOINTS.some(([of, end]) => of === key && path.endsWith(end));
			const paths = new Set(service.requests.map(({ path }) => path));
			expect([...paths].filter((path) => !isKnown(path))).toEqual([]);
		},
		60_000,
	);
});

describe('the times at which a record is asked for again', () => {
	it('are 1, 6 and 24 hours after it failed, then a week', async () => {
		await database.admin.query('delete from tenants');
		const extraction = new Extraction(database.pool, sandbox, 'asana');
		const consent = serviceOf(sandbox, 'asana').consents()[0]!;
		const tenant = await extraction.connect('Asked again', consent, {});
		const hours: number[] = [];
		for (let run = 0; run < 5; run++) {
			const [claimed] = await extraction.claim(tenant);
			const origin = { stream: 'projects', accountId: 'a' };
			const reason = { code: 'provider_unavailable', path: '', message: 'It answered 500.' };
			const rejected: LoadRejected = { ...origin, recordId: '1', stage: 'extract', reason, record: null };
			const run = { ...claimed!, executionId: EXECUTION };
			await loadChunk(database.pool, { ...run, rows: [], rejected: [rejected], states: [] });
			const { rows } = await database.admin.query<{ hours: number }>(
				`select extract(epoch from ask_again_at - now()) / 3600 as hours from etl.rejected_records
				where tenant_id = $1`,
				[tenant.tenantId],
			);
			hours.push(Math.round(Number(rows[0]!.hours)));
			await database.admin.query(
				`update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null`,
			);
		}
		expect(hours).toEqual([1, 6, 24, 168, 168]);
		const owner = { ...tenant, accountId: 'a', stream: 'projects' };
		expect(await unreadableRecords(database.pool, owner)).toEqual([
			{ recordId: '1', isDue: false, isNameless: false },
		]);
	});
});

async function openRejections() {
	const { rows } = await database.admin.query<{ record_id: string; stage: string; payload: unknown }>(
		'select record_id, stage, payload from etl.rejected_records where resolved_at is null',
	);
	return rows;
}

const isMonth = (id: string): boolean => /^\d{4}-\d\d$/.test(id);
