import { describe, expect, it } from '@jest/globals';

import { useDatabase } from '../../support/database/use-database';
import { loadTarget } from '../../support/database/loading';
import { hubspotDeal, loadRows, pipedriveDeal, stageChange, type Crm } from '../../unit/providers/crm-deals';

const database = useDatabase();

const rowsOf = async (tenantId: string): Promise<string[]> => {
	const { rows } = await database.admin.query<{ line: string }>(
		`select concat_ws(' ', to_char(l.event_date at time zone 'UTC', 'YYYY-MM-DD'), l.stage, l.status,
			coalesce(l.value::text, '-'), l.metadata ->> 'assumed') as line
		from lead_events l join client_kpis c on c.id = l.client_kpi_id
		where c.tenant_id = $1 order by l.event_date, l.status = 'passed' desc`,
		[tenantId],
	);
	return rows.map(({ line }) => line);
};

const BACK: Array<[string, string]> = [
	['13', '2026-10-05T00:00:00Z'],
	['11', '2026-09-01T00:00:00Z'],
];
const SIGNED = stageChange(3, '10', '11', '2026-08-01 08:05:56');
const later = { hs_lastmodifieddate: '2026-11-12T00:00:00Z' };

const CASES: Array<[name: string, crm: Crm, copies: object[], last: string[]]> = [
	[
		'HubSpot, at the very time',
		'hubspot',
		[
			hubspotDeal({ hs_v2_date_entered_current_stage: '2026-11-10T00:00:00Z' }, BACK),
			hubspotDeal(later, [['11', '2026-11-10T00:00:00Z'], ...BACK]),
		],
		['2026-09-01 Qualified passed -', '2026-10-05 Won passed -', '2026-11-10 Qualified active 1200.00'],
	],
	[
		'HubSpot, at another time, with the same version',
		'hubspot',
		[hubspotDeal({}, BACK), hubspotDeal({}, [['11', '2026-11-09T00:00:00Z'], ...BACK])],
		['2026-09-01 Qualified passed -', '2026-10-05 Won passed -', '2026-11-09 Qualified active 1200.00'],
	],
	[
		'Pipedrive, moved again since',
		'pipedrive',
		[
			pipedriveDeal({ stage_change_time: '2026-11-10T08:05:56Z' }, [SIGNED]),
			pipedriveDeal({ stage_id: 10, stage_change_time: '2026-11-12T00:00:00Z' }, [SIGNED]),
			pipedriveDeal({ update_time: '2026-11-13T00:00:00Z' }, [
				SIGNED,
				stageChange(4, '11', '12', '2026-11-10 08:05:50'),
			]),
		],
		[
			'2026-07-28 Negotiations passed -',
			'2026-08-01 Contract Signed passed -',
			'2026-11-10 Qualified active 31200.00',
		],
	],
	[
		'Pipedrive, without any change at first',
		'pipedrive',
		[
			pipedriveDeal({ stage_change_time: '2026-11-10T08:05:56Z' }),
			pipedriveDeal({}, [stageChange(3, '10', '12', '2026-11-10 08:05:56')]),
		],
		['2026-07-28 Negotiations passed -', '2026-11-10 Qualified active 31200.00'],
	],
	[
		'an older copy that comes late assumes nothing more',
		'pipedrive',
		[
			pipedriveDeal({ update_time: '2026-11-13T00:00:00Z' }, [
				SIGNED,
				stageChange(4, '11', '12', '2026-11-10 08:05:56'),
			]),
			pipedriveDeal({ stage_change_time: '2026-11-10T08:05:56Z' }, [SIGNED]),
		],
		[
			'2026-07-28 Negotiations passed -',
			'2026-08-01 Contract Signed passed -',
			'2026-11-10 Qualified active 31200.00',
		],
	],
];

describe('an entry that was assumed goes when the true one comes, and money counts once', () => {
	it.each(CASES)('%s', async (name, crm, copies, last) => {
		const target = await loadTarget(database, name, crm);
		for (const copy of copies) await target.load(loadRows(crm, copy));
		expect(await rowsOf(target.tenantId)).toEqual(last);
	});

	it('goes also when the copy comes in chunks of one row', async () => {
		const target = await loadTarget(database, 'Chunks', 'pipedrive');
		for (const copy of CASES[2]![2]) for (const row of loadRows('pipedrive', copy)) await target.load([row]);
		expect(await rowsOf(target.tenantId)).toEqual(CASES[2]![3]);
	});
});

describe('a name that is not known now', () => {
	const company = (name: string | null) => hubspotDeal({}, BACK, { company: { id: '111', name } });
	const organization = (name: string | null) => pipedriveDeal({}, [], { organization: { id: 7, name } });
	const namesOf = async (tenantId: string) =>
		(
			await database.admin.query<{ name: string }>(
				'select client_name as name from client_kpis where tenant_id = $1 order by 1',
				[tenantId],
			)
		).rows.map(({ name }) => name);

	it.each([
		['HubSpot', 'hubspot', company],
		['Pipedrive', 'pipedrive', organization],
	] as const)('overwrites none; a new client is called by its id: %s', async (_name, crm, record) => {
		const target = await loadTarget(database, `Names of ${crm}`, crm);
		const load = async (name: string | null) =>
			await target.load(loadRows(crm, record(name), { clientPer: 'company' }));
		await load('Harbour Café Pty Ltd');
		await load(null);
		expect(await namesOf(target.tenantId)).toEqual(['Harbour Café Pty Ltd']);
		const other = await loadTarget(database, `Other names of ${crm}`, crm);
		await other.load(loadRows(crm, record(null), { clientPer: 'company' }));
		expect(await namesOf(other.tenantId)).toEqual([
			crm === 'hubspot' ? 'hubspot:555:111' : 'pipedrive:555:7',
		]);
	});
});
