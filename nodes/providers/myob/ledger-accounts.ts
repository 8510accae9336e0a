import type { StreamContext } from '../../engine/contract/stream';
import { readList } from './lists';
import { buildFilePath } from './report';

/** What is kept of an account. */
export interface LedgerAccount {
	UID: string;
	DisplayID?: unknown;
	Name?: unknown;
	Classification?: unknown;
	Type?: unknown;
	IsHeader?: unknown;
}

const OF_BALANCE_SHEET: ReadonlySet<unknown> = new Set(['Asset', 'Liability', 'Equity']);

/** The accounts of a company file. */
export interface Ledger {
	/** Those that a month's figures come from: those of the profit and loss, and the bank accounts. */
	accounts: LedgerAccount[];
	/** The ids of all that the list names, in lower case. */
	known: ReadonlySet<string>;
	/** How many entries of the list name no account. */
	nameless: number;
}

export async function readLedger(context: StreamContext): Promise<Ledger> {
	const items = await readList(context, {
		path: `${buildFilePath(context.account)}/GeneralLedger/Account`,
		what: 'the list of accounts',
	});
	const accounts = new Map<string, LedgerAccount>();
	let nameless = 0;
	for (const { UID, DisplayID, Name, Classification, Type, IsHeader } of items) {
		if (typeof UID !== 'string' || UID === '') nameless++;
		else accounts.set(UID.toLowerCase(), { UID, DisplayID, Name, Classification, Type, IsHeader });
	}
	const used = [...accounts.values()].filter((account) => isOfResult(account) || isBank(account));
	return { accounts: used, known: new Set(accounts.keys()), nameless };
}

/** Whether an account belongs to the profit and loss; one of a classification that nobody knows does. */
export function isOfResult({ Classification, Type }: LedgerAccount): boolean {
	return !OF_BALANCE_SHEET.has(Classification) && Type !== 'Bank';
}

/** Whether an account is money at a bank. Credit cards are debts, and headers hold what their accounts hold. */
export function isBank({ Type, IsHeader }: LedgerAccount): boolean {
	return Type === 'Bank' && IsHeader !== true;
}
