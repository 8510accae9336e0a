import type { StreamContext } from '../../engine/definition';
import { readList } from './lists';
import { fileOf } from './report';

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

/** All accounts that a month's figures come from: those of the profit and loss, and the bank accounts. */
export async function readLedgerAccounts(context: StreamContext): Promise<LedgerAccount[]> {
	const items = await readList(context, {
		path: `${fileOf(context.account)}/GeneralLedger/Account`,
		what: 'the list of accounts',
	});
	const accounts = new Map<string, LedgerAccount>();
	for (const item of items) {
		const { UID, DisplayID, Name, Classification, Type, IsHeader } = item;
		if (typeof UID !== 'string') continue;
		accounts.set(UID.toLowerCase(), { UID, DisplayID, Name, Classification, Type, IsHeader });
	}
	return [...accounts.values()].filter((account) => isOfResult(account) || isBank(account));
}

/** Whether an account belongs to the profit and loss; one of a classification that nobody knows does. */
export function isOfResult({ Classification, Type }: LedgerAccount): boolean {
	return !OF_BALANCE_SHEET.has(Classification) && Type !== 'Bank';
}

/** Whether an account is money at a bank. Credit cards are debts, and headers hold what their accounts hold. */
export function isBank({ Type, IsHeader }: LedgerAccount): boolean {
	return Type === 'Bank' && IsHeader !== true;
}
