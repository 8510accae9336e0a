import type { LoadRow } from '../../../db/load/input';
import { deals as hubspotDeals } from '../../../nodes/providers/hubspot/normalise-deals';
import type { Normalised, NormaliseSettings, RawRecord } from '../../../nodes/providers/provider';
import { deals as pipedriveDeals } from '../../../nodes/providers/pipedrive/normalise-deals';
import { Conversion } from '../../../nodes/shared/conversion';
import { catchRejection, Rejection } from '../../../nodes/shared/rejection';
import { SETTINGS } from './xero/months';

const NORMALISERS = { hubspot: hubspotDeals, pipedrive: pipedriveDeals };

export type Crm = keyof typeof NORMALISERS;

const ACCOUNT = { id: '555', name: 'Harbour', timezone: 'Australia/Sydney', currency: 'AUD' };

const FETCHED_AT = '2026-11-20T00:00:00.000Z';

/** A deal's record as Extract gives it, of an account in Sydney. */
export const rawDeal = (record: unknown): RawRecord => ({
	recordId: '41',
	stream: 'deals',
	account: ACCOUNT,
	syncRunId: 'run',
	fetchedAt: FETCHED_AT,
	record,
});

export function normalisedDeal(
	crm: Crm,
	record: unknown,
	settings: Partial<NormaliseSettings> = {},
): Normalised | Rejection {
	return catchRejection(() =>
		NORMALISERS[crm].normalise(rawDeal(record), { ...SETTINGS, ...settings }, new Conversion([])),
	);
}

/** The rows as lines of time, stage, status and value; of a record that is rejected the code and path. */
export function linesOf(crm: Crm, record: unknown): string[] {
	const result = normalisedDeal(crm, record);
	if (result instanceof Rejection) return [`${result.code} at ${result.path}`];
	return result.rows.map(({ row }) => {
		const { eventDate, stage, status, value, metadata } = row as unknown as Record<string, string> & {
			metadata: { assumed?: boolean };
		};
		const assumed = metadata.assumed ? ' assumed' : '';
		return `${eventDate!.slice(0, 16)} ${stage} ${status} ${value ?? '-'}${assumed}`;
	});
}

/** The rows as Upsert is given them. */
export function loadRows(crm: Crm, record: unknown, settings: Partial<NormaliseSettings> = {}): LoadRow[] {
	const result = normalisedDeal(crm, record, settings);
	if (result instanceof Rejection) throw result;
	const origin = { recordId: '41', stream: 'deals', accountId: ACCOUNT.id };
	return result.rows.map(({ table, client, row, version }) => ({
		provider: crm,
		...origin,
		table,
		client,
		row: {
			...row,
			metadata: { ...row.metadata, _src: { ...origin, syncRunId: 'run', ...(version && { version }) } },
		},
	}));
}

/** A deal of HubSpot: its own properties, and the stages it was in with their times. */
export function hubspotDeal(
	properties: Record<string, unknown>,
	history: ReadonlyArray<[stage: string, timestamp: unknown]>,
	more: Record<string, unknown> = {},
): Record<string, unknown> {
	const stage = (id: string, label: string, isClosed: string, probability: string) => ({
		...{ id, label, isClosed, probability },
		...{ pipelineId: 'p1', pipeline: 'Sales' },
	});
	return {
		deal: {
			id: '41',
			properties: {
				dealname: 'Fit-out',
				amount: '1200',
				dealstage: '11',
				createdate: '2026-09-01T00:00:00Z',
				hs_lastmodifieddate: '2026-11-10T09:00:00.000Z',
				hs_is_closed: 'false',
				hs_is_closed_won: 'false',
				...properties,
			},
			propertiesWithHistory: {
				dealstage: history.map(([value, timestamp]) => ({ value, timestamp, sourceType: 'CRM_UI' })),
			},
		},
		stages: [
			stage('11', 'Qualified', 'false', '0.2'),
			stage('12', 'Proposal', 'false', '0.5'),
			stage('13', 'Won', 'true', '1.0'),
		],
		company: null,
		...more,
	};
}

/** A deal of Pipedrive with its changes of stage. */
export function pipedriveDeal(
	deal: Record<string, unknown>,
	stageChanges: readonly unknown[] = [],
	more: Record<string, unknown> = {},
): Record<string, unknown> {
	return {
		deal: {
			id: 41,
			title: 'Refit',
			stage_id: 12,
			pipeline_id: 2,
			value: 31200,
			currency: 'AUD',
			status: 'open',
			add_time: '2026-07-28T07:51:28Z',
			update_time: '2026-11-10T08:05:56Z',
			stage_change_time: null,
			...deal,
		},
		stageChanges,
		stages: [
			{ id: 10, name: 'Negotiations', pipeline_id: 2 },
			{ id: 11, name: 'Contract Signed', pipeline_id: 2 },
			{ id: 12, name: 'Qualified', pipeline_id: 2 },
		],
		pipelines: [{ id: 2, name: 'Sales' }],
		organization: null,
		...more,
	};
}

export const stageChange = (
	id: number,
	from: unknown,
	to: unknown,
	at: unknown,
): Record<string, unknown> => ({
	object: 'dealChange',
	timestamp: at,
	data: { id, field_key: 'stage_id', old_value: from, new_value: to, log_time: at, additional_data: [] },
});
