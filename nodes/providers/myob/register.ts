import type { StreamContext } from '../../engine/contract/stream';
import { isBank, isOfResult, type LedgerAccount } from './ledger-accounts';
import { readList } from './lists';
import { buildFilePath } from './report';

/** An account's activity in a month, as the register has it. */
export interface RegisterLine {
	Account: { UID: string };
	Year: number;
	Month: number;
	Activity: unknown;
}

/**
 * What the register's `Year` may mean: MYOB does not say. The financial year is named after the calendar year that it
 * ends in.
 */
export type YearMeaning = 'calendar' | 'financial';

/** The register of the accounts that figures come from, by month. */
export class Register {
	private readonly byMonth = new Map<string, Map<string, RegisterLine>>();
	private readonly result: ReadonlySet<string>;

	/** @param lastMonth the financial year's, 1 to 12 */
	constructor(
		accounts: readonly LedgerAccount[],
		lines: readonly RegisterLine[],
		private readonly lastMonth: number,
	) {
		const uids = (chosen: (account: LedgerAccount) => boolean): Set<string> =>
			new Set(accounts.filter(chosen).map(({ UID }) => UID.toLowerCase()));
		this.result = uids((account) => isOfResult(account) && account.IsHeader !== true);
		const kept = new Set([...this.result, ...uids(isBank)]);
		for (const line of lines) if (kept.has(line.Account.UID.toLowerCase())) this.add(line);
	}

	/** The lines of a month (`YYYY-MM`), if `Year` means that. */
	listLines(month: string, meaning: YearMeaning): RegisterLine[] {
		return [...this.indexAccounts(month, meaning).values()];
	}

	/** Those of accounts of the profit and loss. */
	listResultLines(month: string, meaning: YearMeaning): RegisterLine[] {
		return this.listLines(month, meaning).filter(({ Account }) => this.isOfResult(Account.UID));
	}

	/** Whether it is an account of the profit and loss, and no header. */
	isOfResult(uid: string): boolean {
		return this.result.has(uid.toLowerCase());
	}

	/** Whether it matters for a month what `Year` means. */
	isAmbiguous(month: string): boolean {
		return printed(this.listLines(month, 'calendar')) !== printed(this.listLines(month, 'financial'));
	}

	/** Whether a profit and loss of the month could tell what `Year` means. */
	canTell(month: string): boolean {
		return printed(this.listResultLines(month, 'calendar')) !== printed(this.listResultLines(month, 'financial'));
	}

	private add(line: RegisterLine): void {
		const key = buildMonthKey(line.Year, line.Month);
		const lines = this.byMonth.get(key) ?? new Map<string, RegisterLine>();
		this.byMonth.set(key, lines.set(line.Account.UID.toLowerCase(), line));
	}

	private indexAccounts(month: string, meaning: YearMeaning): Map<string, RegisterLine> {
		const [year, number] = month.split('-').map(Number) as [number, number];
		const isNext = meaning === 'financial' && number > this.lastMonth;
		return this.byMonth.get(buildMonthKey(isNext ? year + 1 : year, number)) ?? new Map<string, RegisterLine>();
	}
}

const buildMonthKey = (year: number, month: number): string => `${year}/${month}`;

/** What the lines say, whatever year they stand in. */
function printed(lines: RegisterLine[]): string {
	const said = lines.map(({ Account, Activity }) => [Account.UID.toLowerCase(), Number(Activity)] as const);
	return JSON.stringify(said.filter(([, activity]) => activity !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the list of the register held. */
export interface RegisterList {
	lines: RegisterLine[];
	/** What is known of the entries that are no lines: without an account, or without a month. */
	unreadable: Array<Partial<Pick<RegisterLine, 'Year' | 'Month'>>>;
}

/** Reads the register of the years that some months may stand in, whatever `Year` means. */
export async function readRegisterLines(
	context: StreamContext,
	firstMonth: string,
	lastMonth: string,
): Promise<RegisterList> {
	const from = Number(firstMonth.slice(0, 4));
	const through = Number(lastMonth.slice(0, 4)) + 1;
	const items = await readList(context, {
		path: `${buildFilePath(context.account)}/GeneralLedger/AccountRegister`,
		what: 'the account register',
		filter: `Year ge ${from} and Year le ${through}`,
	});
	const list: RegisterList = { lines: [], unreadable: [] };
	for (const { Year, Month, Activity, Account } of items) {
		const { UID } = (Account ?? {}) as { UID?: unknown };
		const when = { Year: wholeNumber(Year), Month: wholeNumber(Month) };
		if (typeof UID === 'string' && UID !== '' && when.Year !== undefined && when.Month !== undefined)
			list.lines.push({ Account: { UID }, Year: when.Year, Month: when.Month, Activity });
		else list.unreadable.push(when);
	}
	return list;
}

const wholeNumber = (value: unknown): number | undefined =>
	Number.isInteger(value) ? Number(value) : undefined;
