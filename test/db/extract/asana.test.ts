import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Message, RecordMessage, StateMessage } from '../../../nodes/shared/messages';
import { startSandbox, type Sandbox } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, outcome, type ConnectedTenant } from '../../support/engine/extraction';
import { normalised, valuesByDay } from '../../unit/providers/asana/records';

/** The workflow's own: the connection names none. */
const ZONE = 'Australia/Sydney';

let database: TestDatabase;
let sandbox: Sandbox;
let extraction: Extraction;
let southern: ConnectedTenant;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'asana-extract', asana: { minute: 10_000 } });
	extraction = new Extraction(database.pool, sandbox, 'asana');
	southern = await extraction.connect('Southern Group', 'southern');
});

afterEach(() => sandbox.asana.clear());

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

const recordsIn = (messages: Message[]): RecordMessage[] =>
	messages.filter((message): message is RecordMessage => message.type === 'RECORD');

const statesIn = (messages: Message[]): StateMessage[] =>
	messages.filter((message): message is StateMessage => message.type === 'STATE');

/** The rows that the records become, of all days that they say. */
function daysOf({ record, fetchedAt, account }: RecordMessage): Map<string, Record<string, string>> {
	return valuesByDay(normalised(record, { timezone: account.timezone, now: fetchedAt }));
}

/** Holds the days from one on against the sandbox's count. */
function expectCounted(message: RecordMessage, from: string, to = '9999-12-31'): void {
	const within = ([day]: [string, unknown]): boolean => day >= from && day <= to;
	const wanted = [...sandbox.asana.totals(message.recordId, ZONE, 120)].filter(within);
	const there = [...daysOf(message)];
	expect(there).toEqual(wanted.filter(([, values]) => Object.keys(values).length > 0));
}

const dayAgo = (days: number): string => [...sandbox.asana.totals(anyProject(), ZONE, days + 1).keys()][0]!;

const anyProject = (): string => sandbox.asana.projects('southern')[0]!.gid;

describe('a tenant’s Asana', () => {
	it('comes out as one record per project, each workspace ending with its state', async () => {
		const messages = await extraction.extract(southern);
		const [studio, labs] = sandbox.asana.workspaces('southern');
		expect(outcome(messages)).toEqual({ extracted: { [studio!.gid]: 2, [labs!.gid]: 2 }, failures: [] });
		for (const { account } of recordsIn(messages)) expect(account.timezone).toBe(ZONE);
		for (const { state } of statesIn(messages)) {
			expect(state).toEqual({
				projects: { after: null, began: expect.any(String) as unknown, from: null, history: null },
			});
		}
		for (const message of recordsIn(messages)) expectCounted(message, dayAgo(34));
	});

	it('computes the days of a backfill, and leaves the state alone', async () => {
		const range = { from: dayAgo(60), to: dayAgo(50) };
		const messages = await extraction.extract(southern, { extractMode: { mode: 'backfill', range } });
		expect(recordsIn(messages)).toHaveLength(4);
		for (const { state } of statesIn(messages)) expect(state).toBeNull();
		for (const message of recordsIn(messages)) expectCounted(message, range.from, range.to);
	});

	it('computes all days from the history start on', async () => {
		const historyStart = dayAgo(75).slice(0, 7);
		const messages = await extraction.extract(southern, { historyStart });
		expect(recordsIn(messages)).toHaveLength(4);
		for (const message of recordsIn(messages)) expectCounted(message, `${historyStart}-01`);
	});

	it('gives the first projects for a look', async () => {
		const messages = await extraction.extract(southern, {
			extractMode: { mode: 'preview' },
			budget: { maxRecords: 1 },
		});
		expect(recordsIn(messages).length).toBeGreaterThan(0);
		for (const { state } of statesIn(messages)) expect(state).toBeNull();
	});

	it('calls no more often than the token may, and four times at once at most', async () => {
		const large = await extraction.connect('Large Group', 'large');
		sandbox.asana.setLimits({ concurrent: 4 });
		const messages = await extraction.extract(large);
		expect(recordsIn(messages)).toHaveLength(40);
		expect(sandbox.asana.requests.filter(({ status }) => status !== 200)).toEqual([]);
		expect(sandbox.asana.requests).toHaveLength(1 + 1 + 40);
	});
});
