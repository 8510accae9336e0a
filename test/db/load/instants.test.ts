import { describe, expect, it } from '@jest/globals';

import type { LoadRow } from '../../../db/load/input';
import { useDatabase } from '../../support/database/use-database';
import { loadTarget } from '../../support/database/loading';

const database = useDatabase();

const metric = (metricName: string, recordDate: string): LoadRow => ({
	...{ provider: 'own', stream: 'own', accountId: '', recordId: metricName, table: 'custom_metrics' },
	client: { externalId: 'acme', clientName: 'Acme', industry: null },
	row: { metricName, metricValue: '1', recordDate, sourceSystem: 'own' },
});

/** An instant as PostgreSQL prints it in a time zone. */
async function printed(instant: string, zone: string): Promise<string> {
	const client = await database.admin.connect();
	try {
		await client.query(`set datestyle = 'ISO, DMY'; set timezone = '${zone}'`);
		const { rows } = await client.query<{ text: string }>('select $1::timestamptz::text as text', [instant]);
		return rows[0]!.text;
	} finally {
		client.release(true);
	}
}

const month = (recordDate: string): LoadRow => ({
	...{ provider: 'own', stream: 'own', accountId: '', recordId: recordDate, table: 'financials' },
	client: { externalId: 'acme', clientName: 'Acme', industry: null },
	row: {
		...{ recordDate, revenue: '3', expenses: '2', netProfit: '1', cashFlow: '0', currency: 'AUD' },
		sourceSystem: 'own',
	},
});

describe('a day that PostgreSQL printed', () => {
	it.each([
		'2026-06-30',
		'2026-06-30 00:00:00+00',
		'2026-06-30 00:00:00.000000+00:00',
		'2026-06-30T00:00:00-00:00',
		'2026-06-30T00:00:00+00:00:00',
	])('is stored when it is an instant at midnight UTC: %s', async (text) => {
		const target = await loadTarget(database, `day ${text}`);
		const { outcomes } = await target.loadAs('own', [month(text)]);
		expect(outcomes).toEqual(['inserted']);
		const { rows } = await database.admin.query<{ day: string }>(
			`select f.record_date::text as day from financials f join client_kpis k on k.id = f.client_kpi_id
			where k.tenant_id = $1`,
			[target.tenantId],
		);
		expect(rows).toEqual([{ day: '2026-06-30' }]);
	});

	it.each(['2026-06-30 00:00:00+10', '2026-06-30 09:30:00+00', '2026-06-30 00:00:00', 'infinity'])(
		'is rejected when it may be another day elsewhere: %s',
		async (text) => {
			const target = await loadTarget(database, `day ${text}`);
			const { rejections } = await target.loadAs('own', [month(text)]);
			expect(rejections.get(0)).toMatchObject({ code: 'invalid_datetime', path: 'recordDate' });
		},
	);
});

describe('an instant that PostgreSQL printed', () => {
	it.each([
		['UTC', '2026-06-30T09:30:00Z'],
		['Australia/Sydney', '2026-06-30T09:30:00.123456Z'],
		['Asia/Kathmandu', '2026-06-30T09:30:00Z'],
		['America/St_Johns', '1999-12-31T23:59:59.999Z'],
		['Europe/Amsterdam', '1850-06-30T09:30:00Z'],
		['Africa/Monrovia', '1910-01-01T00:00:00Z'],
	])('keeps its value in %s: %s', async (zone, instant) => {
		const target = await loadTarget(database, `${zone} ${instant}`);
		const text = await printed(instant, zone);
		const { outcomes } = await target.loadAs('own', [metric('printed', text), metric('told', instant)]);
		expect(outcomes).toEqual(['inserted', 'inserted']);
		const { rows } = await database.admin.query<{ same: boolean }>(
			`select bool_and(m.record_date = $2::timestamptz) as same
			from custom_metrics m join client_kpis k on k.id = m.client_kpi_id where k.tenant_id = $1`,
			[target.tenantId, instant],
		);
		expect(rows).toEqual([{ same: true }]);
	});

	it.each([
		['0044-03-15 00:00:00+00 BC', 'is before the year 1'],
		['infinity', 'is infinite'],
		['-infinity', 'is infinite'],
		['10000-01-01 00:00:00+00', 'is after the year 9999'],
	])('is rejected in words when no column here holds it: %s', async (text, words) => {
		const target = await loadTarget(database, text);
		const { outcomes, rejections } = await target.loadAs('own', [metric('odd', text)]);
		expect(outcomes).toEqual(['rejected']);
		expect(rejections.get(0)).toMatchObject({ code: 'invalid_datetime', path: 'recordDate' });
		expect(rejections.get(0)?.message).toContain(words);
	});
});
