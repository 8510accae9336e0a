import { describe, expect, it } from '@jest/globals';

import type { NormaliseSettings, RawRecord } from '../../../../nodes/providers/provider';
import { deals } from '../../../../nodes/providers/pipedrive/normalise-deals';
import { canonicalRows } from '../../../../nodes/shared/canonical-rows';
import { Conversion } from '../../../../nodes/shared/conversion';
import { catchRejection, Rejection } from '../../../../nodes/shared/rejection';
import { SKETCHES } from '../../../sandbox/pipedrive/catalogue';
import { entriesOf, type ExpectedEntry } from '../../../sandbox/pipedrive/totals';
import { constantRates, inAud } from '../../../support/database/constant-rates';
import { readDeals, scene, type Scene } from './reading';
import { SETTINGS } from '../xero/months';

const NO_RATES = new Conversion([]);

/** Every day of the year and a half before NOW. */
const DAYS = Array.from({ length: 550 }, (_, ago) =>
	new Date(Date.parse('2026-11-20') - ago * 86_400_000).toISOString().slice(0, 10),
);

const RATES = new Conversion(constantRates(DAYS));

async function rawOf(at: Scene): Promise<RawRecord[]> {
	const { records } = await readDeals(at);
	const { id, sketch } = at.company;
	const account = { id: String(id), name: sketch.name, timezone: sketch.timezone, currency: 'AUD' };
	return records.flatMap(({ recordId, fetchedAt, ...rest }) =>
		'record' in rest
			? [{ recordId, fetchedAt, record: rest.record, stream: 'deals', syncRunId: 'run', account }]
			: [],
	);
}

interface Told {
	client: string;
	externalId: string | null;
	leadId: string;
	at: string;
	stage: string;
	status: string;
	value: string | null;
}

function rowsOf(raws: RawRecord[], settings: NormaliseSettings = SETTINGS): Told[] {
	return raws.flatMap((raw) =>
		deals.normalise(raw, settings, RATES).rows.map(({ client, row }) => {
			const { externalId, leadId, eventDate, stage, status, value } = row as typeof row &
				Record<string, string>;
			return { client: client.externalId, externalId, leadId, at: eventDate!, stage, status, value } as Told;
		}),
	);
}

function golden(at: Scene, clientOf: (entry: ExpectedEntry) => string): Told[] {
	return entriesOf(at.company, at.clock.now()).map((entry) => {
		const { externalId, leadId, at: entered, stage, status, value, currency } = entry;
		const inOurs = value === null ? null : inAud(value, currency);
		return { client: clientOf(entry), externalId, leadId, at: entered, stage, status, value: inOurs };
	});
}

const byId = (a: Told, b: Told): number => (String(a.externalId) < String(b.externalId) ? -1 : 1);

describe('the rows of a company’s deals', () => {
	it.each(SKETCHES.filter(({ traits }) => !traits.includes('customCurrency')).map(({ consent }) => consent))(
		'are what the sandbox counts, stage by stage and to the cent: %s',
		async (consent) => {
			const at = scene(consent);
			const company = String(at.company.id);
			const raws = await rawOf(at);
			expect(rowsOf(raws).sort(byId)).toEqual(golden(at, () => company).sort(byId));
			const perCompany = golden(at, ({ organizationId }) =>
				organizationId === null ? company : `${company}:${organizationId}`,
			);
			const settings = { ...SETTINGS, clientPer: 'company' } as const;
			expect(rowsOf(raws, settings).sort(byId)).toEqual(perCompany.sort(byId));
		},
	);

	it('ask for the rates that they then use, and for no other', async () => {
		const raws = await rawOf(scene('currencies'));
		const asked = new Set(raws.flatMap((raw) => deals.ratesNeeded(raw, SETTINGS)).map(({ from }) => from));
		expect([...asked].sort()).toEqual(['EUR', 'JPY', 'KWD', 'NZD', 'USD']);
		for (const raw of raws) {
			const needed = deals.ratesNeeded(raw, SETTINGS);
			const refused = catchRejection(() => deals.normalise(raw, SETTINGS, NO_RATES));
			const isRefused = refused instanceof Rejection ? refused.code : 'no';
			expect(isRefused).toBe(needed.length > 0 ? 'rate_missing' : 'no');
		}
	});

	it('are what their table takes', async () => {
		for (const raw of await rawOf(scene('naughty'))) {
			for (const { row, table } of deals.normalise(raw, SETTINGS, RATES).rows) {
				const metadata = {
					...row.metadata,
					_src: { recordId: '', stream: '', accountId: '', syncRunId: null },
				};
				expect(canonicalRows[table].safeParse({ ...row, metadata }).error).toBeUndefined();
			}
		}
	});
});

describe('a deal that is gone', () => {
	const raw = (deal: object): RawRecord => ({
		recordId: '57',
		stream: 'deals',
		account: { id: '7654321', name: 'Harbour', timezone: 'Australia/Sydney', currency: 'AUD' },
		syncRunId: null,
		fetchedAt: '2026-11-20T03:00:00.000Z',
		record: { deal: { id: 57, ...deal } },
	});

	it.each([
		[{ is_deleted: true, status: 'won', update_time: '2026-11-19T01:02:03Z' }, '2026-11-19T01:02:03.000Z'],
		[
			{ is_deleted: false, status: 'deleted', update_time: '2026-11-19T01:02:03Z' },
			'2026-11-19T01:02:03.000Z',
		],
		[{ is_deleted: true }, '2026-11-20T03:00:00.000Z'],
	])('gives a deletion and no row: %j', (deal, deletedAt) => {
		expect(deals.normalise(raw(deal), SETTINGS, NO_RATES)).toEqual({
			rows: [],
			deletions: [{ table: 'lead_events', leadId: '57', deletedAt }],
			unknownProperties: [],
		});
		expect(deals.ratesNeeded(raw(deal), SETTINGS)).toEqual([]);
	});

	it('is refused with its path where that cannot be told', () => {
		const refused = catchRejection(() => deals.normalise(raw({ is_deleted: 'yes' }), SETTINGS, NO_RATES));
		expect(refused).toMatchObject({ code: 'invalid_record', path: 'deal.is_deleted' });
	});
});

describe('a deal that did not come out of Extract', () => {
	it('is completed from what it is: alone it stands where it stands', () => {
		const deal = {
			id: 57,
			stage_id: 12,
			status: 'open',
			value: 10,
			currency: 'AUD',
			add_time: '2026-11-01 00:00:00',
			update_time: null,
		};
		const completed = deals.complete({ record: deal, period: '', now: '2026-11-20T03:00:00.000Z' });
		expect(completed.recordId).toBe('57');
		const account = { id: '1', name: 'A', timezone: 'Australia/Sydney', currency: 'AUD' };
		const raw = { ...completed, stream: 'deals', syncRunId: null, account };
		expect(deals.normalise(raw, SETTINGS, NO_RATES).rows).toMatchObject([
			{
				row: {
					externalId: 'deal:57:created',
					stage: 'stage:12',
					value: '10.00',
					eventDate: '2026-11-01T00:00:00.000Z',
				},
			},
		]);
	});

	it('is taken as it is where it has its history', () => {
		const record = { deal: { id: 57 }, stageChanges: [], stages: [], pipelines: [] };
		expect(deals.complete({ record, period: '', now: '' }).record).toBe(record);
	});
});
