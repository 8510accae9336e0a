import { DateTime } from 'luxon';
import type { Pool } from 'pg';

import type { Tenant } from '../support/n8n/scenario';

/** A spreadsheet of a tenant's own figures, as n8n's Extract From File gives its rows: everything is text. */
export function spreadsheet(): Array<Record<string, string>> {
	const today = DateTime.utc().startOf('day');
	return Array.from({ length: 30 }, (_, ago) => ({
		'Client ID': `shop-${ago % 3}`,
		'Client Name': `Shop ${ago % 3}`,
		Metric: 'Visitors',
		Value: `1.0${String(ago).padStart(2, '0')},25`,
		Unit: 'people',
		Date: today.minus({ days: ago }).toFormat('dd.MM.yyyy'),
	}));
}

/** How the spreadsheet writes its numbers and dates. */
export const WRITTEN_AS = { numberFormat: '1.234,56', dateFormat: 'DD.MM.YYYY' };

/** What the spreadsheet's figures come to, in ten-thousandths: 1000.25 to 1029.25. */
const EXPECTED = { rows: 30, sum: '30442.5000' };

/** Whether the figures of an upload are all there, a sentence for what is not. */
export async function uploadDifferences(admin: Pool, { id, name }: Tenant): Promise<string[]> {
	const { rows } = await admin.query<{ rows: number; sum: string }>(
		`select count(*)::int as rows, sum(m.metric_value)::text as sum
		from custom_metrics m join client_kpis c on c.id = m.client_kpi_id
		where c.tenant_id = $1 and m.source_system = 'manual'`,
		[id],
	);
	const [found] = rows;
	if (found?.rows === EXPECTED.rows && found.sum === EXPECTED.sum) return [];
	return [
		`${name}, upload: ${found?.rows} rows that come to ${found?.sum}, where the file has ${EXPECTED.rows} and ${EXPECTED.sum}.`,
	];
}
