import type { StreamContext } from '../../engine/contract/stream';
import { isBank, isOfResult, type LedgerAccount } from './ledger-accounts';
import { readList } from './lists';
import { buildFilePath } from './report';

/** An account's activity in a month, as returned by the register. */
export interface RegisterLine {
	Account: { UID: string };
	Year: number;
	Month: number;
	Activity: unknown;
}

/**
 * What the register's `Year` may mean; MYOB does not document it. A financial year is named after the calendar year in
 * which it ends.
 */
export type YearMeaning = 'calendar' | 'financial';

/** The register of the accounts in use, by month. */
export class Register {
	private readonly byMonth = new Map<string, Map<string, RegisterLine>>();
	private readonly result: ReadonlySet<string>;

	/** @param lastMonth the last month of the financial year, 1 to 12 */
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

	/** The lines of a month (`YYYY-MM`) under this meaning of `Year`. */
	listLines(month: string, meaning: YearMeaning): RegisterLine[] {
		return [...this.indexAccounts(month, meaning).values()];
	}

	/** The month's lines of profit and loss accounts. */
	listResultLines(month: string, meaning: YearMeaning): RegisterLine[] {
		return this.listLines(month, meaning).filter(({ Account }) => this.isOfResult(Account.UID));
	}

	/** Whether an account belongs to the profit and loss and is not a header. */
	isOfResult(uid: string): boolean {
		return this.result.has(uid.toLowerCase());
	}

	/** Whether the month's lines depend on the meaning of `Year`. */
	isAmbiguous(month: string): boolean {
		return printed(this.listLines(month, 'calendar')) !== printed(this.listLines(month, 'financial'));
	}

	/** Whether the month's profit and loss could show the meaning of `Year`. */
	canTell(month: string): boolean {
		return (
			printed(this.listResultLines(month, 'calendar')) !== printed(this.listResultLines(month, 'financial'))
		);
	}

	private add(line: RegisterLine): void {
		const key = buildMonthKey(line.Year, line.Month);
		const lines = this.byMonth.get(key) ?? new Map<string, RegisterLine>();
		this.byMonth.set(key, lines.set(line.Account.UID.toLowerCase(), line));
	}

	private indexAccounts(month: string, meaning: YearMeaning): Map<string, RegisterLine> {
		const [year, number] = month.split('-').map(Number) as [number, number];
		const isNext = meaning === 'financial' && number > this.lastMonth;
		return (
			this.byMonth.get(buildMonthKey(isNext ? year + 1 : year, number)) ?? new Map<string, RegisterLine>()
		);
	}
}

const buildMonthKey = (year: number, month: number): string => `${year}/${month}`;

/** The lines' content without their year, for comparison. */
function printed(lines: RegisterLine[]): string {
	const said = lines.map(({ Account, Activity }) => [Account.UID.toLowerCase(), Number(Activity)] as const);
	return JSON.stringify(said.filter(([, activity]) => activity !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The entries of the register. */
export interface RegisterList {
	lines: RegisterLine[];
	/** The known fields of entries that lack an account or a month. */
	unreadable: Array<Partial<Pick<RegisterLine, 'Year' | 'Month'>>>;
}

/** Reads the register for all years that the months may be stored under, whatever `Year` means. */
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
