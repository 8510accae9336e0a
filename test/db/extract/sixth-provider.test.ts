import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { loadChunk } from '../../../db/load/load-chunk';
import { claimDue } from '../../../db/runs/claim';
import { createIntegration } from '../../../db/integrations/integrations';
import { createTenant } from '../../../db/integrations/tenants';
import { Budget } from '../../../nodes/engine/limits/budget';
import { systemClock } from '../../../nodes/engine/contract/ports';
import { extractRun } from '../../../nodes/engine/read/extract-run';
import { RateLimiters } from '../../../nodes/engine/limits/rate-limiter';
import { canonicalRows } from '../../../nodes/shared/canonical-rows';
import { Conversion } from '../../../nodes/shared/conversion';
import type { Message, RecordMessage, StateMessage } from '../../../nodes/shared/messages';
import { parcels } from '../../fixtures/parcels';
import { CHECKOUT } from '../../support/checkout';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { httpClient } from '../../support/http/client';
import { scriptedServer, type ScriptedServer } from '../../support/http/scripted-server';
import { SETTINGS } from '../../unit/providers/xero/months';
import { holder } from '../../support/database/run-holder';

const depotDay = (id: number) => ({
	id: String(id),
	depot: `Depot ${id % 3}`,
	day: `2026-11-${String(10 + Math.floor(id / 3)).padStart(2, '0')}`,
	sent: id * 1.5,
	changed: `2026-11-20T00:00:${String(id).padStart(2, '0')}.000Z`,
});
const DAYS = Array.from({ length: 25 }, (_, index) => depotDay(index));

let database: TestDatabase;
let server: ScriptedServer;

beforeAll(async () => {
	database = await testDatabase();
	server = await scriptedServer(({ query }) => {
		const changed = DAYS.filter((day) => day.changed >= (query.since ?? ''));
		const from = (Number(query.page) - 1) * 10;
		const body = { days: changed.slice(from, from + 10), next: changed.length > from + 10 };
		return { body: JSON.stringify(body) };
	});
});

afterAll(async () => {
	await server.close();
	await database.close();
});

it('is the one that docs/adding-a-provider.md shows, to the letter', async () => {
	const [page, code] = await Promise.all(
		['docs/adding-a-provider.md', 'test/fixtures/parcels/index.ts'].map(
			async (path) => await readFile(join(CHECKOUT, path), 'utf8'),
		),
	);
	expect(page).toContain(
		code!.replaceAll('../../../nodes/providers/', '../').replaceAll('../../../nodes/', '../../'),
	);
});

it('needs nothing of ours to be changed: read in windows, normalised, stored, and nothing written twice', async () => {
	const { id: tenantId } = await createTenant(database.pool, { name: 'Carrier' });
	await createIntegration(database.pool, { tenantId, provider: 'parcels', authentication: 'n8n' });
	let state: Record<string, unknown> | null = null;
	for (let window = 0, more = true; more; window++) {
		expect(window).toBeLessThan(5);
		({ state, hasMore: more } = await sync(tenantId, state));
	}
	const { rows } = await database.admin.query<{ rows: number; sent: string }>(
		'select count(*)::int as rows, sum(metric_value)::text as sent from custom_metrics',
	);
	expect(rows).toEqual([{ rows: 25, sent: '450.0000' }]);
	const before = await versions();
	await sync(tenantId, { changed: { since: '', page: 1 } });
	expect(await versions()).toEqual(before);
});

/** One window of at most ten records, as the nodes would run it. */
async function sync(tenantId: string, state: Record<string, unknown> | null): Promise<StateMessage> {
	const [run] = await claimDue(database.pool, {
		...{ provider: 'parcels', limit: 1, syncEveryHours: 0, holder: holder('1') },
		...{ authentication: 'n8n', runNow: true },
	});
	const clock = systemClock;
	const messages: Message[] = [];
	const reading = extractRun(run!, {
		...{ definition: parcels.definition, baseUrl: server.url, http: httpClient, clock },
		application: { clientId: 'made-up', clientSecret: 'made-up' },
		authorisation: { by: 'client' },
		...{ rateLimiters: new RateLimiters(clock), dayShare: 1, timeoutMs: 2_000, timezone: 'Australia/Sydney' },
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
		extractMode: { mode: 'sync' },
		budget: new Budget({ maxRecords: 10, maxMinutes: 1 }, clock),
		store: {
			readStates: async () =>
				await Promise.resolve(new Map(state ? [['carrier/days', { state, updatedAt: '' }]] : [])),
			accountChoice: async () => await Promise.resolve({ metadata: {}, accounts: [] }),
			enterAccounts: async () => await Promise.resolve([]),
			saveAccount: async () => await Promise.resolve(true),
			of: () => ({
				deletedLeads: async () => await Promise.resolve([]),
				unreadableRecords: async () => await Promise.resolve([]),
				knownStages: async () => await Promise.resolve([]),
				liveLeads: async () => await Promise.resolve([]),
			}),
		},
	});
	for await (const message of reading) messages.push(message);
	const records = messages.filter((message): message is RecordMessage => message.type === 'RECORD');
	await loadChunk(database.pool, {
		...{
			tenantId,
			syncRunId: run!.syncRunId,
			integrationId: run!.integrationId,
			provider: 'parcels',
			executionId: '1',
		},
		rows: records.flatMap(rowsOf),
		rejected: [],
		states: [],
	});
	await database.admin.query(
		"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null",
	);
	return messages.at(-1) as StateMessage;
}

function rowsOf({ recordId, account, fetchedAt, record, ...envelope }: RecordMessage) {
	const raw = { recordId, account, fetchedAt, record, stream: 'days', syncRunId: envelope.syncRunId };
	const { rows } = parcels.streams.days!.normaliser.normalise(raw, SETTINGS, new Conversion([]));
	return rows.map(({ table, client, row, version }) => {
		const source = {
			version,
			recordId,
			stream: 'days',
			accountId: account.id,
			syncRunId: envelope.syncRunId,
		};
		const complete = { ...row, metadata: { ...row.metadata, _src: source } };
		canonicalRows[table].parse(complete);
		return { ...envelope, recordId, table, client, row: complete };
	});
}

async function versions(): Promise<string[]> {
	const { rows } = await database.admin.query<{ version: string }>(
		'select xmin::text || ctid::text as version from custom_metrics order by 1',
	);
	return rows.map(({ version }) => version);
}
