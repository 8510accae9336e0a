import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createIntegration } from '../../db/integrations/integrations';
import { createTenant } from '../../db/integrations/tenants';
import { openRun } from '../../db/runs/open';
import { generateKey } from '../../db/vault/key-ring';
import { startSandbox, type Sandbox } from '../sandbox';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { dealGone, dealRows } from '../support/database/leads';
import { holder } from '../support/database/run-holder';
import { expectRepelled } from '../support/expect/attacks';
import { chainOf, learnInstance, type ChainNode } from '../support/n8n/chain';
import { bundledCredentials, type StoredCredential } from '../support/n8n/credentials';
import { closeEngine, runWorkflow } from '../support/n8n/engine';

type Json = Record<string, unknown>;

let database: TestDatabase;
let sandbox: Sandbox;
let credentials: StoredCredential[];
let instance: string;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox();
	const { id, key } = generateKey();
	const ring = { activeKeyId: id, activeKey: key };
	credentials = bundledCredentials({ database: database.settings, key: ring, sandbox });
	instance = await learnInstance(database, credentials);
});
afterAll(async () => {
	await closeEngine();
	await sandbox.close();
	await database.close();
});

const AT = '2026-07-01T00:00:00.000Z';
const PLACE = { provider: 'hubspot', stream: 'deals', accountId: 'portal' };
const stateOf = (syncRunId: string): Json => ({
	...{ type: 'STATE', syncRunId, ...PLACE, state: { at: 1 }, hasMore: false },
	...{ counts: { extracted: 1, rows: { produced: 1 } }, notes: ['a'], warnings: ['b'], endsRun: false },
	ageing: { staleBefore: AT },
});
const rowOf = (syncRunId: string, lead: string): Json => ({
	...{ type: 'ROW', syncRunId, ...PLACE },
	...dealRows({ lead, version: AT, stages: ['A'], status: 'lost' })[0],
});

/** One of each type, sound, of the execution's own run. */
function messagesOf(syncRunId: string): Json[] {
	const envelope = { syncRunId, tenantId: 't', integrationId: 'i', ...PLACE, recordId: 'r' };
	const client = { externalId: 'portal', clientName: 'Portal', industry: null };
	const kept = { keptDate: AT, keptValue: '1', keptMetadata: {} };
	const reason = { code: 'a', path: 'b', message: 'c', detail: {} };
	const account = { id: 'portal', name: 'P', timezone: 'Etc/UTC', currency: 'AUD' };
	return [
		rowOf(syncRunId, '777'),
		{ ...envelope, type: 'DELETED', ...dealGone('777', AT) },
		{
			...envelope,
			type: 'DELETED',
			table: 'custom_metrics',
			client,
			metricName: 'm',
			recordDate: AT,
			...kept,
		},
		{ ...envelope, type: 'REJECTED', stage: 'transform', reason, record: { a: 1 } },
		stateOf(syncRunId),
		{ ...envelope, type: 'FAILURE', failure: { class: 'rate_limited', message: 'm', retryAt: AT } },
		{ ...envelope, type: 'RECORD', account, fetchedAt: AT, record: { id: '1' } },
	];
}

const LONG = 10 * 2 ** 20;
const polluting =
	'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"valueOf":2}';

/** What stands in the place of a field. */
const VALUES: Array<[name: string, value: unknown]> = [
	['a list', ['x', ['y']]],
	['an object', { a: { b: 1 } }],
	['names that lead into every object', JSON.parse(polluting)],
	['the name of a prototype', '__proto__'],
	['NUL', 'a\0b'],
	['half of a pair', 'a\ud800b'],
	['names that cannot be stored', { 'a\0': 1, '\ud800': 2 }],
	['a huge number', 1e308],
	['a list of huge numbers', Array(40).fill(1e308)],
	['a negative number', -1],
	['true', true],
	['null', null],
	['nothing', ''],
	['a list of 3,000 levels', JSON.parse('['.repeat(3_000) + ']'.repeat(3_000))],
	['a text of 2 KB', 'x'.repeat(2_048)],
	['a text of ten megabytes', 'x'.repeat(LONG)],
];

function pathsOf(value: unknown, at: string[] = []): string[][] {
	const own = at.length > 0 ? [at] : [];
	if (typeof value !== 'object' || value === null) return own;
	return [...own, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}

function replaced(message: Json, path: string[], value: unknown): Json {
	const copy = structuredClone(message);
	let place = copy;
	for (const key of path.slice(0, -1)) place = place[key] as Json;
	place[path.at(-1)!] = value;
	return copy;
}

const messages = { input: 'messages' };
const upsert = { type: 'postgresUpsert', parameters: messages };
const LINES: Array<[name: string, nodes: ChainNode[], leaveOut: string[]]> = [
	['Upsert', [upsert], ['RECORD']],
	[
		'Transform, Upsert and Finish',
		[
			{ type: 'transformNormalize', parameters: messages },
			upsert,
			{
				type: 'integrations',
				parameters: { resource: 'sync', operation: 'finish', options: { failWhen: 'never' } },
			},
		],
		[],
	],
];

let executions = 900_000;

/** Opens a run for an execution that is still to come. */
async function ownRun(): Promise<{ executionId: string; tenantId: string; syncRunId: string }> {
	const executionId = String(executions++);
	const { id: tenantId } = await createTenant(database.pool, { name: `Tenant ${executionId}` });
	const of = { tenantId, provider: 'hubspot' };
	const { integrationId } = await createIntegration(database.pool, {
		...of,
		...{ authentication: 'stored', metadata: {} },
	});
	const syncRunId = await openRun(database.pool, of, holder(`${instance}:${executionId}`));
	const link = 'update etl.sync_runs set integration_id = $2 where id = $1';
	await database.admin.query(link, [syncRunId, integrationId]);
	return { executionId, tenantId, syncRunId };
}

const STORED = `select
	exists (select from lead_events l join client_kpis k on k.id = l.client_kpi_id
		where k.tenant_id = $1 and l.lead_id = 'good') as "goodRow",
	exists (select from etl.stream_states where tenant_id = $1 and state = '{"at": 1}') as "goodState",
	(select coalesce(max(octet_length(to_json(r)::text)), 0) from etl.rejected_records r where tenant_id = $1) < 5e6
		and (select octet_length(to_json(s)::text) from etl.sync_runs s where tenant_id = $1) < 100000 as "isBounded"`;

describe.each(LINES)('a field of a message of one’s own run, at %s', (name, nodes, leaveOut) => {
	it.each(VALUES)('is %s, and the others are stored', async (value, hostile) => {
		const { executionId, tenantId, syncRunId } = await ownRun();
		const all = messagesOf(syncRunId)
			.filter(({ type }) => !leaveOut.includes(type as string))
			.flatMap((message) =>
				pathsOf(message)
					.filter(([first]) => first !== 'syncRunId' && first !== 'type')
					.map((path) => ({
						name: `${String(message.type)}.${path.join('.')}: ${value}`,
						json: replaced(message, path, hostile),
					})),
			)
			// Some of the longest ones, so that the test itself needs no gigabyte.
			.filter((_, index) => typeof hostile !== 'string' || hostile.length < LONG || index % 12 === 0);
		const input = [...all.map(({ json }) => json), rowOf(syncRunId, 'good'), stateOf(syncRunId)];
		const run = await runWorkflow(chainOf(tenantId, nodes), {
			credentials,
			executionId,
			input: input as never[],
		});
		const { rows } = await database.admin.query(STORED, [tenantId]);
		const failures = nodes.flatMap((_, index) => run.items(`Node ${index}`)).filter(isInternal);
		const met = { error: run.error?.message, ...rows[0], failures, polluted: 'polluted' in {} };
		const right = { goodRow: true, goodState: true, isBounded: true, failures: [], polluted: false };
		expect(met).toEqual({ error: undefined, ...right });
		expectRepelled(
			`fields: ${name}`,
			all.map((one) => ({ name: one.name })),
		);
	});
});

/** A failure that nobody foresaw, in words of the database or of JavaScript. */
const isInternal = ({ type, failure }: Json): boolean =>
	type === 'FAILURE' &&
	/invalid byte|unsupported Unicode|violates|is not a function|of undefined/.test(JSON.stringify(failure));
