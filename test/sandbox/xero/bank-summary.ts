import type { BankAccount } from './accounts';
import { decimalOf } from './cents';
import type { Ledger } from './ledger';
import { accountCell, reportReply, row, type Period, type ReportRow } from './report';

interface Balance {
	opening: number;
	received: number;
	spent: number;
}

/** Opening and closing balance of each bank account and card. Transfers between own accounts count on both sides. */
export function bankSummary(ledger: Ledger, request: Period & { at: Date }): Record<string, unknown> {
	const { business, savings, card } = ledger.chart;
	const balances = [business, savings, card].map((account): [BankAccount, Balance] => [
		account,
		balanceOf(ledger, account, request),
	]);
	const header = ['Bank Accounts', 'Opening Balance', 'Cash Received', 'Cash Spent', 'Closing Balance'];
	const rows = balances.map(([account, balance]) => accountRow(account, balance));
	const total = row(
		'SummaryRow',
		{ Value: 'Total' },
		...figures(sum(balances.map(([, balance]) => balance))),
	);
	return reportReply(
		{
			id: 'BankSummary',
			name: 'Bank Summary',
			type: 'BankSummary',
			organisation: ledger.organisation.name,
			period: request,
			at: request.at,
		},
		[
			row('Header', ...header.map((Value) => ({ Value }))),
			{ RowType: 'Section', Title: '', Rows: [...rows, total] },
		],
	);
}

function balanceOf(ledger: Ledger, account: BankAccount, { fromDate, toDate }: Period): Balance {
	const balance: Balance = { opening: account.openingCents, received: 0, spent: 0 };
	const end = toDate < ledger.today() ? toDate : ledger.today();
	for (const movement of ledger.movements()) {
		if (movement.bankAccount !== account || movement.date > end) continue;
		if (movement.date < fromDate) balance.opening += movement.cents;
		else if (movement.cents > 0) balance.received += movement.cents;
		else balance.spent -= movement.cents;
	}
	return balance;
}

function sum(balances: Balance[]): Balance {
	return balances.reduce(
		(total, one) => ({
			opening: total.opening + one.opening,
			received: total.received + one.received,
			spent: total.spent + one.spent,
		}),
		{ opening: 0, received: 0, spent: 0 },
	);
}

function accountRow(account: BankAccount, balance: Balance): ReportRow {
	const [opening, received, spent, closing] = figures(balance);
	return row(
		'Row',
		accountCell(account, { Value: account.name }, 'accountID'),
		opening,
		accountCell(account, received),
		accountCell(account, spent),
		closing,
	);
}

type Figure = { Value: string };

function figures({ opening, received, spent }: Balance): [Figure, Figure, Figure, Figure] {
	const cell = (cents: number): Figure => ({ Value: decimalOf(cents) });
	return [cell(opening), cell(received), cell(spent), cell(opening + received - spent)];
}
