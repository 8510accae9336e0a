import type { LoadRow } from '../../db/load/input';

/** Of the tenant, unless told. */
const CLIENTS = 20;
const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/** Rows of `financials` for the clients of a tenant in turn, a day each, with the metadata that a Xero month has. */
export function financialsRows(
	count: number,
	syncRunId: string,
	{ from = 0, clients = CLIENTS } = {},
): LoadRow[] {
	return Array.from({ length: count }, (_, index) => financialsRow(from + index, syncRunId, clients));
}

function financialsRow(index: number, syncRunId: string, clients: number): LoadRow {
	const account = `organisation-${index % clients}`;
	const day = new Date(FIRST_DAY + Math.floor(index / clients) * DAY_MS).toISOString().slice(0, 10);
	const [income, costs] = [(index * 37) % 1_000_000, (index * 17) % 700_000];
	const origin = { recordId: day, stream: 'monthlyFinancials', accountId: account };
	return {
		...origin,
		table: 'financials',
		client: { externalId: account, clientName: `Client ${account}`, industry: null },
		row: {
			recordDate: day,
			revenue: money(income),
			expenses: money(costs),
			netProfit: money(income - costs),
			cashFlow: '12.50',
			currency: 'AUD',
			sourceSystem: 'xero',
			externalId: `pnl:${account}:${day}:accrual`,
			metadata: {
				basis: 'accrual',
				periodStart: day,
				periodEnd: day,
				sections: { Income: money(income), 'Less Operating Expenses': money(costs) },
				_src: { version: null, ...origin, syncRunId },
			},
		},
	};
}

const money = (cents: number): string => (cents / 100).toFixed(2);
