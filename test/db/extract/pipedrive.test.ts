import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Message, RecordMessage, StateMessage } from '../../../nodes/shared/messages';
import { startSandbox, type Sandbox } from '../../sandbox';
import type { Deal } from '../../sandbox/pipedrive/model';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, outcome, type ConnectedTenant } from '../../support/engine/extraction';

const DAY = 24 * 3_600_000;

let database: TestDatabase;
let sandbox: Sandbox;
let extraction: Extraction;
let southern: ConnectedTenant;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'pipedrive-extract' });
	extraction = new Extraction(database.pool, sandbox, 'pipedrive');
	southern = await extraction.connect('Southern Group', 'southern');
});

afterEach(() => sandbox.pipedrive.clear());

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

const recordsIn = (messages: Message[]): RecordMessage[] =>
	messages.filter((message): message is RecordMessage => message.type === 'RECORD');

const statesIn = (messages: Message[]): StateMessage[] =>
	messages.filter((message): message is StateMessage => message.type === 'STATE');

const idsIn = (messages: Message[]): number[] =>
	recordsIn(messages)
		.map(({ recordId }) => Number(recordId))
		.sort((a, b) => a - b);

const company = () => sandbox.pipedrive.company('southern');

/** The deals that are listed and fit, by id. */
const dealsThat = (fits: (deal: Deal) => boolean): number[] =>
	[...company().deals.values()]
		.filter((deal) => company().isListed(deal) && fits(deal))
		.map(({ id }) => id)
		.sort((a, b) => a - b);

describe('a tenant’s Pipedrive', () => {
	it('comes out as one record per deal, in the company’s time zone, with a state of its own', async () => {
		const messages = await extraction.extract(southern);
		const { id, sketch } = company();
		const all = dealsThat(() => true);
		expect(outcome(messages)).toEqual({ extracted: { [id]: all.length }, failures: [] });
		expect(idsIn(messages)).toEqual(all);
		expect(recordsIn(messages)[0]?.account).toEqual({
			id: String(id),
			name: sketch.name,
			timezone: 'Pacific/Auckland',
			currency: 'AUD',
		});
		const [{ state } = { state: null }] = statesIn(messages);
		const passes = ['deals', 'archived', 'added', 'addedArchived', 'restored', 'gone'];
		expect(Object.keys(state ?? {})).toEqual(passes);
		expect(JSON.stringify(state).length).toBeLessThan(1_024);
	});

	it('calls only what is still supported, read-only, and never too often', async () => {
		await database.admin.query('delete from etl.stream_states');
		await extraction.extract(southern);
		const { requests } = sandbox.pipedrive;
		expect(requests.filter(({ status, method }) => status !== 200 || method !== 'GET')).toEqual([]);
		const paths = new Set(requests.map(({ path }) => path.replace(/\d{3,}/, '{id}')));
		expect([...paths].sort()).toEqual([
			'/api/v1/deals/{id}/flow',
			'/api/v1/users/me',
			'/api/v2/deals',
			'/api/v2/deals/archived',
			'/api/v2/organizations',
			'/api/v2/pipelines',
			'/api/v2/stages',
		]);
	});

	it('reads the deals of a backfill’s days, and leaves the state alone', async () => {
		const day = (ago: number): string => new Date(Date.now() - ago * DAY).toISOString().slice(0, 10);
		const range = { from: day(200), to: day(30) };
		const messages = await extraction.extract(southern, { extractMode: { mode: 'backfill', range } });
		// In Auckland the days begin 12 or 13 hours before those of UTC: a day's leeway at both ends.
		const surely = (at: Date | null): boolean =>
			at !== null && at.getTime() > Date.parse(range.from) && at.getTime() < Date.parse(range.to);
		const meant = dealsThat(
			({ added, updated, archived }) => surely(updated) || (surely(added) && !archived),
		);
		expect(meant.length).toBeGreaterThan(2);
		expect(idsIn(messages)).toEqual(expect.arrayContaining(meant));
		expect(idsIn(messages).length).toBeLessThan(dealsThat(() => true).length);
		for (const { state } of statesIn(messages)) expect(state).toBeNull();
	});

	it('leaves out what ended before the history start', async () => {
		await database.admin.query('delete from etl.stream_states');
		const historyStart = new Date(Date.now() - 60 * DAY).toISOString().slice(0, 7);
		const messages = await extraction.extract(southern, { historyStart });
		const ended = dealsThat(({ closed }) => closed !== null && closed < new Date(`${historyStart}-01`));
		expect(ended.length).toBeGreaterThan(0);
		expect(idsIn(messages).filter((id) => ended.includes(id))).toEqual([]);
		expect(idsIn(messages)).toEqual(expect.arrayContaining(dealsThat(({ status }) => status === 'open')));
	});

	it('gives the first deals for a look', async () => {
		const messages = await extraction.extract(southern, {
			extractMode: { mode: 'preview' },
			budget: { maxRecords: 1 },
		});
		expect(recordsIn(messages).length).toBeGreaterThan(0);
		for (const { state } of statesIn(messages)) expect(state).toBeNull();
	});

	it('reads all but names without the scope for contacts, and says which one that is', async () => {
		const shy = await extraction.connect('Shy Group', 'harbour', {
			scopes: ['base', 'deals:read', 'recents:read'],
		});
		const messages = await extraction.extract(shy);
		expect(recordsIn(messages).length).toBeGreaterThan(20);
		const warnings = statesIn(messages).flatMap(({ warnings: said = [] }) => said);
		expect(warnings).toEqual([expect.stringContaining('contacts:read')]);
	});
});
