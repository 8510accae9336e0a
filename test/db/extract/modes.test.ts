import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { toMonth, plusMonths } from '../../../nodes/shared/months';
import type { Message, StateMessage } from '../../../nodes/shared/messages';
import { limitPreview } from '../../../nodes/Extract/preview';
import { startSandbox, type Sandbox } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, outcome, type ConnectedTenant } from '../../support/engine/extraction';

let database: TestDatabase;
let sandbox: Sandbox;
let extraction: Extraction;
let harbour: ConnectedTenant;
let southern: ConnectedTenant;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ xero: { minute: 5_000, day: 100_000 } });
	extraction = new Extraction(database.pool, sandbox);
	harbour = await extraction.connect('Harbour Group', 'harbour');
	southern = await extraction.connect('Southern Group', 'southern');
});

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

const thisMonth = toMonth(new Date(), 'Australia/Sydney');
const organisations = (consent: string): string[] => sandbox.xero.organisations(consent).map(({ id }) => id);
const statesOf = (messages: Message[]): StateMessage[] =>
	messages.filter((message): message is StateMessage => message.type === 'STATE');

describe('an execution reads no more than its budget', () => {
	const historyStart = plusMonths(thisMonth, -1);

	it('reports that there is more, and the next run reads the postponed organisation', async () => {
		const [first, second] = organisations('harbour');
		const messages = await extraction.extract(harbour, { historyStart, budget: { maxRecords: 1 } });
		expect(outcome(messages).extracted).toEqual({ [first!]: 2, [second!]: 0 });
		expect(statesOf(messages).map(({ state, hasMore }) => [state !== null, hasMore])).toEqual([
			[true, false],
			[false, true],
		]);
		await noteState(harbour, statesOf(messages)[0]!);
		const next = await extraction.extract(harbour, { historyStart, budget: { maxRecords: 1 } });
		expect(outcome(next).extracted).toEqual({ [second!]: 2, [first!]: 0 });
	});

	it('releases the runs that it did not reach, but always reads the first', async () => {
		const runs = [...(await extraction.claim(harbour)), ...(await extraction.claim(southern))];
		const messages = await extraction.read(runs, { historyStart, budget: { maxMinutes: 0 } });
		// Three are begun together.
		expect(messages.has(runs[0]!.syncRunId)).toBe(true);
		const extracted = [...messages.values()].map((one) => outcome(one).extracted);
		expect(extracted.flatMap((one) => Object.values(one)).filter((count) => count > 0)).toHaveLength(
			messages.size,
		);
		await database.admin.query(
			"update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null",
		);
	});
});

describe('a backfill', () => {
	it('reads the months of a range, and moves nothing', async () => {
		const [from, to] = [plusMonths(thisMonth, -30), plusMonths(thisMonth, -28)];
		const range = { from: `${from}-15`, to: `${to}-02` };
		const messages = await extraction.extract(harbour, { extractMode: { mode: 'backfill', range } });
		expect(Object.values(outcome(messages).extracted)).toEqual([3, 3]);
		expect(statesOf(messages).map(({ state, hasMore }) => [state, hasMore])).toEqual([
			[null, false],
			[null, false],
		]);
	});
});

describe('a preview', () => {
	it('shows the first records, of no run, and neither stores accounts nor moves states', async () => {
		await database.admin.query('delete from etl.accounts');
		const runs = await extraction.claim(harbour);
		const messages = await extraction.read(runs, {
			extractMode: { mode: 'preview' },
			budget: { maxRecords: 3 },
		});
		const shown = [...limitPreview(messages, 3).values()].flat();
		expect(shown.map(({ type, preview, syncRunId }) => [type, preview, syncRunId])).toEqual(
			Array(3).fill(['RECORD', true, null]),
		);
		const { rows } = await database.admin.query('select from etl.accounts');
		expect(rows).toEqual([]);
	});

	it.each([
		[3, [2, 1]],
		[1, [1]],
		[4, [2, 2]],
	])('shares a limit of %i between the tenants', async (limit, expected) => {
		await database.admin.query(
			"update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null",
		);
		const runs = [...(await extraction.claim(harbour)), ...(await extraction.claim(southern))];
		const options = { extractMode: { mode: 'preview' as const }, budget: { maxRecords: limit } };
		const shown = limitPreview(await extraction.read(runs, options), limit);
		expect([...shown.values()].map(({ length }) => length)).toEqual(expected);
	});

	it('gives what one tenant does not use to the others', () => {
		const record = { type: 'RECORD' } as Message;
		const messages = new Map([
			['one', [record]],
			['two', [record, record, record, record]],
		]);
		const shown = limitPreview(messages, 4);
		expect([...shown.values()].map(({ length }) => length)).toEqual([1, 3]);
	});
});

/** As Postgres Upsert does, with the rows before it. */
async function noteState({ tenantId, integrationId }: ConnectedTenant, message: StateMessage): Promise<void> {
	await database.admin.query(
		`insert into etl.stream_states (integration_id, account_id, stream, tenant_id, state) values ($1, $2, $3, $4, $5)`,
		[integrationId, message.accountId, message.stream, tenantId, message.state],
	);
}
