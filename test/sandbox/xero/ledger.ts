import { chartOfAccounts, type ChartOfAccounts } from './accounts';
import { addMonths, localDate, monthOf, monthsBetween } from './calendar';
import type { Organisation } from './catalogue';
import { linesOfMonth, type MonthOfLines, type Movement, type Posting } from './postings';

/** The ledger holds this many months before the one in which the sandbox started. */
const MONTHS_BACK = 40;

/** One organisation's books, in whole cents. Months come into being as the time reaches them. */
export class Ledger {
	readonly chart: ChartOfAccounts;
	private readonly months = new Map<string, MonthOfLines>();
	private readonly added: MonthOfLines = { postings: [], movements: [] };

	constructor(
		readonly organisation: Organisation,
		private readonly seed: string,
		private readonly anchor: string,
		private readonly now: () => Date,
	) {
		this.chart = chartOfAccounts(organisation.id);
	}

	/** The organisation's own calendar day; nothing later is in the books yet. */
	today(): string {
		return localDate(this.now(), this.organisation.timezone);
	}

	/** How many months before the sandbox's first day a month lies. */
	monthsAgo(month: string): number {
		return monthsBetween(month, this.anchor);
	}

	postings(): Posting[] {
		return [...this.generated().flatMap((month) => month.postings), ...this.added.postings];
	}

	movements(): Movement[] {
		return [...this.generated().flatMap((month) => month.movements), ...this.added.movements];
	}

	/** Books something after the fact. */
	add(lines: Partial<MonthOfLines>): void {
		this.added.postings.push(...(lines.postings ?? []));
		this.added.movements.push(...(lines.movements ?? []));
	}

	private generated(): MonthOfLines[] {
		const last = monthOf(this.today());
		let month = addMonths(this.anchor, -MONTHS_BACK);
		for (; month <= last; month = addMonths(month, 1)) {
			if (!this.months.has(month)) this.months.set(month, this.lines(month));
		}
		return [...this.months.values()];
	}

	private lines(month: string): MonthOfLines {
		return linesOfMonth(this.organisation, this.chart, this.seed, this.anchor, month);
	}
}
