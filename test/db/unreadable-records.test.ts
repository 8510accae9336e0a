import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { loadChunk } from '../../db/load/load-chunk';
import type { LoadRejected, LoadState } from '../../db/load/chunk';
import { unreadableRecords } from '../../db/unreadable-records';
import { systemClock, type Clock } from '../../nodes/engine/clock';
import type { Message } from '../../nodes/shared/messages';
import { serviceOf, startSandbox, type Fault, type Sandbox, type ServiceKey } from '../sandbox';
import { testDatabase, type TestDatabase } from '../support/database';
import { Extraction, type ConnectedTenant } from '../support/extraction';
import { EXECUTION } from '../support/run-holder';

/** Where a record of a provider can be poisoned. */
interface Endpoint {
	key: ServiceKey;
	name: string;
	/** Hits the calls for one record. @param recordId of the record that is to be poisoned */
	fault: (recordId: string) => Partial<Fault>;
	/** It is read in batches, of which a record can be left out. */
	inBatches?: true;
}

const ENDPOINTS: Endpoint[] = [
	{ key: 'xero', name: 'profit and loss', fault: (month) => ({ path: '/Reports/ProfitAndLoss', month }) },
	{ key: 'xero', name: 'bank summary', fault: (month) => ({ path: '/Reports/BankSummary', month }) },
	{ key: 'myob', name: 'profit and loss', fault: (month) => ({ path: '/ProfitAndLoss', month }) },
	{
		key: 'hubspot',
		name: 'deals',
		fault: (record) => ({ path: '/deals/batch/read', record }),
		inBatches: true,
	},
	{ key: 'pipedrive', name: 'flow', fault: (record) => ({ path: '/flow', record }) },
	{ key: 'asana', name: 'tasks', fault: (record) => ({ path: '/tasks', record }) },
];

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

/** Waits a thousandth of what it is asked to. */
const hasty: Clock = {
	...systemClock,
	sleep: async (milliseconds, signal) => await systemClock.sleep(milliseconds / 1_000, signal),
};

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

describe.each(ENDPOINTS)('$key: a record that is poisoned at $name', ({ key, fault, inBatches }) => {
	let extraction: Extraction;
	let tenant: ConnectedTenant;
	let recordIds: string[];
	let poisoned: string;

	beforeAll(async () => {
		// An account belongs to one tenant at a time.
		await database.admin.query('delete from tenants');
		extraction = new Extraction(database.pool, sandbox, key);
		const consent = serviceOf(sandbox, key).consents()[0]!;
		tenant = await extraction.connect(`Unreadable ${key} ${Math.random()}`, consent, {});
		recordIds = recordsIn(await read());
		poisoned = recordIds[Math.floor(recordIds.length / 2)]!;
	});

	afterEach(async () => {
		serviceOf(sandbox, key).clear();
		await database.admin.query('delete from etl.stream_states');
		await database.admin.query('delete from etl.rejected_records');
	});

	const read = async (): Promise<Message[]> => await extraction.extract(tenant, { clock: hasty });

	it.each(POISONS.filter(({ batchesOnly }) => inBatches || !batchesOnly))(
		'with $name is named, everything else is read, and it comes once it has healed',
		async ({ fault: poison, isGone }) => {
			serviceOf(sandbox, key).faults.add({ ...poison, ...fault(poisoned), count: always });
			const first = await read();
			await store(tenant, first);
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
			await store(tenant, later);
			expect(recordsIn(later)).toContain(poisoned);
			expect(await openRejections()).toEqual([]);
		},
		60_000,
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
		expect(await unreadableRecords(database.pool, owner)).toEqual([{ recordId: '1', isDue: false }]);
	});
});

/** Stores what Extract gave, as far as it needs no Transform. */
async function store({ tenantId, integrationId }: ConnectedTenant, messages: Message[]): Promise<void> {
	const rejected = messages.filter((message) => message.type === 'REJECTED') as LoadRejected[];
	const states = messages.flatMap((message): LoadState[] =>
		message.type === 'STATE' ? [{ ...message, counts: {}, rowsArrived: 0 }] : [],
	);
	const { syncRunId, provider } = messages[0] as { syncRunId: string; provider: string };
	// The harness has closed the run already, so that it can be claimed again.
	await database.admin.query(
		`update etl.sync_runs set status = 'running', finished_at = null, lease_until = now() + interval '1 hour'
		where id = $1`,
		[syncRunId],
	);
	const run = { tenantId, integrationId, syncRunId, provider, executionId: EXECUTION };
	await loadChunk(database.pool, { ...run, rows: [], rejected, states });
	await database.admin.query(
		`update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null where id = $1`,
		[syncRunId],
	);
}

async function openRejections() {
	const { rows } = await database.admin.query<{ record_id: string; stage: string; payload: unknown }>(
		'select record_id, stage, payload from etl.rejected_records where resolved_at is null',
	);
	return rows;
}

const isMonth = (id: string): boolean => /^\d{4}-\d\d$/.test(id);

const recordsIn = (messages: Message[]): string[] =>
	messages.flatMap((message) => (message.type === 'RECORD' ? [message.recordId] : []));

const failuresIn = (messages: Message[]): string[] =>
	messages.flatMap((message) => (message.type === 'FAILURE' ? [message.failure.class] : []));

/** `extracted = records + skipped + rejected`, over all states. */
function addsUp(messages: Message[]): boolean {
	const sums = { extracted: 0, skipped: 0, rejected: 0 };
	for (const message of messages) {
		if (message.type !== 'STATE') continue;
		for (const name of Object.keys(sums) as Array<keyof typeof sums>) sums[name] += message.counts[name] ?? 0;
	}
	return sums.extracted === recordsIn(messages).length + sums.skipped + sums.rejected;
}
