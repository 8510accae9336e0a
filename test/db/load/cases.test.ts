import { describe, expect, it } from '@jest/globals';

import { createTenant } from '../../../db/integrations/tenants';
import { PostgresUpsert } from '../../../nodes/PostgresUpsert/PostgresUpsert.node';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

// Items as people have them: /work/shared/cases/crm-and-database.md, cases 15 to 17, in one batch as there.

const database = useDatabase();

type Json = Record<string, unknown>;

const metric = (metricName: string, more: object = {}): Json => ({
	...{ clientId: 'acme', clientName: 'Acme', metricName, metricValue: 1, unit: 'AUD' },
	...{ recordDate: '2026-06-30T00:00:00Z', ...more },
});

const GOOD = Array.from({ length: 300 }, (_, index) =>
	metric(`good ${index}`, { metricValue: index + 0.25 }),
);

/** What is stored, by the metric's name, and under which client where that is not acme. */
const STORED: Array<[item: Json, value: string]> = [
	[metric('fits', { metricValue: '99999999.9999' }), '99999999.9999'],
	[metric('small', { metricValue: '1e-5' }), '0.0000'],
	[metric('plus', { metricValue: '+12' }), '12.0000'],
	[metric('tiny', { metricValue: '1e-9999' }), '0.0000'],
	[metric('separators \u001e and \u001f', { metadata: { k: '\u001e\u001f' } }), '1.0000'],
	[metric('\\N'), '1.0000'],
	[metric('null'), '1.0000'],
	[metric('{a,b}'), '1.0000'],
	[metric('"; drop table custom_metrics; --'), '1.0000'],
	[metric('case', { clientId: 'ACME' }), '1.0000'],
	[metric('case', { metricValue: 2 }), '2.0000'],
	[metric('wide', { metadata: { text: 'x'.repeat(2_000_000) } }), '1.0000'],
];

/** One key three times, the last one in another zone; and one with its metadata in another order. */
const REPEATED = [
	metric('three times', { metricValue: 1 }),
	metric('three times', { metricValue: 2 }),
	metric('three times', { metricValue: 3, recordDate: '2026-06-30T10:00:00+10:00' }),
	metric('order', { metadata: { b: 1, a: 2 } }),
	metric('order', { metadata: { a: 2, b: 1 } }),
];

const REJECTED: Array<[item: Json, code: string, path: string]> = [
	[metric('too large', { metricValue: '100000000' }), 'numeric_out_of_range', 'metricValue'],
	[metric('rounds to too much', { metricValue: '99999999.99996' }), 'numeric_out_of_range', ''],
	[metric('NaN', { metricValue: NaN }), 'wrong_type', 'metricValue'],
	[metric('NaN text', { metricValue: 'NaN' }), 'wrong_type', 'metricValue'],
	[metric('Infinity', { metricValue: 'Infinity' }), 'wrong_type', 'metricValue'],
	[metric('huge exponent', { metricValue: '1e9999' }), 'numeric_out_of_range', 'metricValue'],
	[metric('true', { metricValue: true }), 'wrong_type', 'metricValue'],
	[metric('thousands', { metricValue: '1,234.5' }), 'wrong_type', 'metricValue'],
	[metric('NUL \u0000 inside'), 'untranslatable_character', 'metricName'],
	[metric('half \ud800'), 'untranslatable_character', 'metricName'],
	[metric('spaces', { metricValue: ' 12 ' }), 'wrong_type', 'metricValue'],
];

async function upsert(tenantId: string, items: Json[]) {
	const parameters = {
		...{ input: 'items', table: 'custom_metrics', tenantFrom: 'node', tenantId },
		...{ clientIdField: 'clientId', clientNameField: 'clientName', sourceSystem: 'manual', options: {} },
	};
	const context = nodeContext({ database: database.settings, items, parameters });
	const outputs = await new PostgresUpsert().execute.call(context);
	const [messages, rejected] = outputs.map((output) => output.map(({ json }) => json as Json)) as [
		Json[],
		Json[],
	];
	return { summary: messages.find(({ type }) => type === 'SUMMARY'), rejected };
}

describe('cases 15 to 17: good rows among numbers, keys and texts of every kind', () => {
	it('land as they are, of a key the last one, and each bad one is named; the second time nothing changes', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Acme' });
		const odd = [...STORED.map(([item]) => item), ...REJECTED.map(([item]) => item)];
		const items = [...odd.slice(0, 15), ...GOOD, ...odd.slice(15), ...REPEATED];
		const landed = GOOD.length + STORED.length + 2;
		const first = await upsert(tenantId, items);
		expect(first.summary).toMatchObject({
			inserted: landed,
			deduplicated: 3,
			rejected: REJECTED.length,
		});
		expect(
			first.rejected
				.map(({ reason }) => reason)
				.map((reason) => [(reason as Json).code, (reason as Json).path]),
		).toEqual(REJECTED.map(([, code, path]) => [code, path]));
		const { rows } = await database.admin.query<{ client: string; name: string; value: string }>(
			`select k.client_id as client, metric_name as name, metric_value::text as value
			from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
			where k.tenant_id = $1 and metric_name not like 'good %'`,
			[tenantId],
		);
		const found = rows.map(({ client, name, value }) =>
			[client.replace(/^manual:/, ''), name, value].join(' | '),
		);
		const expected = STORED.map(([item, value]) =>
			[item.clientId as string, item.metricName as string, value].join(' | '),
		);
		expect(found.sort()).toEqual(
			[...expected, 'acme | three times | 3.0000', 'acme | order | 1.0000'].sort(),
		);

		const second = await upsert(tenantId, items);
		expect(second.summary).toMatchObject({ inserted: 0, updated: 0, unchanged: landed });
		expect(second.rejected).toHaveLength(REJECTED.length);
	});
});
