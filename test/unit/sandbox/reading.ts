interface Reply {
	status: number;
	headers: Headers;
	body: string;
}

/** A plain GET as a client makes it: JSON asked for, no redirect followed. */
export async function get(
	url: string,
	path: string,
	token: string,
	organisationId = '',
	headers: Record<string, string> = {},
): Promise<Reply> {
	const response = await fetch(`${url}${path}`, {
		redirect: 'manual',
		headers: {
			accept: 'application/json',
			authorization: `Bearer ${token}`,
			...(organisationId === '' ? {} : { 'xero-tenant-id': organisationId }),
			...headers,
		},
	});
	return { status: response.status, headers: response.headers, body: await response.text() };
}

/** The month and those before it, `YYYY-MM`. */
export function monthsBack(month: string, count: number): string[] {
	const [year = 0, number = 0] = month.split('-').map(Number);
	return Array.from({ length: count }, (_, back) =>
		new Date(Date.UTC(year, number - 1 - back, 1)).toISOString().slice(0, 7),
	);
}

interface Row {
	RowType: string;
	Title?: string;
	Cells?: Array<{ Value?: string }>;
	Rows?: Row[];
}

/** A month's figures out of the two reports, by a reader that shares nothing with the package's. */
export async function readReport(
	url: string,
	token: string,
	organisationId: string,
	month: string,
	basis: 'accrual' | 'cash',
): Promise<Record<'revenue' | 'expenses' | 'netProfit' | 'cashFlow', string>> {
	const [year = 0, number = 0] = month.split('-').map(Number);
	const period = `fromDate=${month}-01&toDate=${month}-${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
	const rows = async (path: string): Promise<Row[]> => {
		const reply = await get(url, path, token, organisationId);
		if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.body}`);
		return (JSON.parse(reply.body) as { Reports: Array<{ Rows: Row[] }> }).Reports[0]?.Rows ?? [];
	};
	const cash = basis === 'cash' ? '&paymentsOnly=true' : '';
	const profit = await rows(`/api.xro/2.0/Reports/ProfitAndLoss?${period}&standardLayout=true${cash}`);
	const bank = await rows(`/api.xro/2.0/Reports/BankSummary?${period}`);
	const income = /income|revenue/i;
	const total = bank.at(-1)?.Rows?.at(-1)?.Cells ?? [];
	return {
		revenue: decimal(sumOfLines(profit, (title) => income.test(title))),
		expenses: decimal(sumOfLines(profit, (title) => title !== '' && !income.test(title))),
		netProfit: decimal(cents(profit.at(-1)?.Rows?.[0]?.Cells?.[1]?.Value)),
		cashFlow: decimal(cents(total[4]?.Value) - cents(total[1]?.Value)),
	};
}

function sumOfLines(rows: Row[], chosen: (title: string) => boolean): number {
	return rows
		.filter(({ RowType, Title }) => RowType === 'Section' && chosen(Title ?? ''))
		.reduce((sum, section) => sum + sumOfSection(section), 0);
}

function sumOfSection({ Title, Rows = [] }: Row): number {
	const sum = (type: string): number =>
		Rows.filter(({ RowType }) => RowType === type).reduce(
			(total, { Cells }) => total + cents(Cells?.[1]?.Value),
			0,
		);
	const isTotalled = Rows.some(({ RowType }) => RowType === 'SummaryRow');
	if (isTotalled && sum('Row') !== sum('SummaryRow'))
		throw new Error(`${Title}: the lines do not give the total.`);
	return sum('Row');
}

function cents(value = ''): number {
	return Math.round(Number(value.replaceAll(',', '')) * 100);
}

function decimal(amount: number): string {
	return (amount / 100).toFixed(2).replace('-0.00', '0.00');
}
