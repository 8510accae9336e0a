import type { StreamContext } from '../../engine/contract/stream';
import { readList } from './lists';
import { buildFilePath } from './report';

/** The fields of an account in use. */
export interface LedgerAccount {
	UID: string;
	DisplayID?: unknown;
	Name?: unknown;
	Classification?: unknown;
	Type?: unknown;
	IsHeader?: unknown;
}

const OF_BALANCE_SHEET: ReadonlySet<unknown> = new Set(['Asset', 'Liability', 'Equity']);

/** A company file's accounts. */
export interface Ledger {
	/** The accounts with figures of a month: profit and loss accounts and bank accounts. */
	accounts: LedgerAccount[];
	/** Ids of all listed accounts, in lower case. */
	known: ReadonlySet<string>;
	/** The number of list entries without an id. */
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

/** Whether an account belongs to the profit and loss. An unknown classification counts as such. */
export function isOfResult({ Classification, Type }: LedgerAccount): boolean {
	return !OF_BALANCE_SHEET.has(Classification) && Type !== 'Bank';
}

/** Whether an account is a bank account. Credit cards are liabilities, and headers only sum up their accounts. */
export function isBank({ Type, IsHeader }: LedgerAccount): boolean {
	return Type === 'Bank' && IsHeader !== true;
}
