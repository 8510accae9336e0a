import { uuidFrom } from '../core/random';
import type { ServiceConsent } from '../service';

/** A company file and what is peculiar about it. Lists of months count back from the one in which the sandbox started. */
export interface CompanyFile {
	id: string;
	name: string;
	country: string;
	/** IANA: where its people keep the books. No reply tells it. */
	timezone: string;
	turnoverCents: number;
	losses: readonly number[];
	dormant: readonly number[];
	/** Months with a figure in an account whose classification is not one of MYOB's. */
	unclassified: readonly number[];
	/** How many months before the sandbox's first its books begin. */
	monthsOfBooks: number;
	/** 1 to 12: June in Australia, March in New Zealand. */
	lastMonth: number;
	quirks: readonly Quirk[];
}

/**
 * `financialYears`: the register counts by financial years. `debits`: it shows what is earned with a minus.
 * `headersInReport`: the profit and loss has lines for header accounts too. `ownNumbers`: the first digits of account
 * numbers mean nothing. `nullBreakdown`: a month without figures has no list of them.
 */
type Quirk = 'financialYears' | 'debits' | 'headersInReport' | 'ownNumbers' | 'nullBreakdown';

/** What one person agreed to: a consent is for one company file. */
export interface MyobConsent extends ServiceConsent {
	file: CompanyFile;
	/** Other files of the same login, which an old key lists too. */
	others: readonly CompanyFile[];
}

/** One person administers the files of two companies. */
const loginOf = (consent: string): string =>
	['bakehouse', 'joinery'].includes(consent) ? 'sam@agency.example' : `${consent}-administrator`;

type Sketch = Partial<Omit<CompanyFile, 'id' | 'name'>>;

const USUAL = {
	country: 'AU',
	timezone: 'Australia/Sydney',
	turnoverCents: 5_300_000,
	losses: [],
	dormant: [],
	unclassified: [],
	monthsOfBooks: 30,
	lastMonth: 6,
	quirks: [],
} as const;

/** The consents that there are, by name. */
export function catalogue(seed: string): Map<string, MyobConsent> {
	const file = (name: string, sketch: Sketch = {}): CompanyFile => ({
		...{ ...USUAL, ...sketch },
		...{ id: uuidFrom(`${seed}/myob/${name}`), name },
	});
	const consents = Object.entries(FILES).map(([name, [fileName, sketch]]) => ({
		...{ name, user: loginOf(name), shown: fileName },
		...{ file: file(fileName, sketch), others: [] as CompanyFile[] },
	}));
	const byName = new Map(consents.map((consent) => [consent.name, consent]));
	byName.get('bakehouse')?.others.push(file('Bakehouse of Last Year'));
	return byName;
}

const FILES: Readonly<Record<string, [name: string, sketch?: Sketch]>> = {
	bakehouse: ['Bondi Bakehouse Pty Ltd', { quirks: ['headersInReport'], losses: [4] }],
	joinery: [
		'Pilbara Joinery & Sons',
		{ timezone: 'Australia/Perth', quirks: ['financialYears', 'ownNumbers', 'nullBreakdown'], dormant: [3] },
	],
	orchard: [
		'Kerikeri Orchards Ltd',
		{ country: 'NZ', timezone: 'Pacific/Auckland', lastMonth: 3, quirks: ['financialYears'] },
	],
	young: ['Three Months Old Pty Ltd', { monthsOfBooks: 3 }],
	odd: [
		`Robert'); drop table financials; -- "quoted" \\back\\ 🧨 e\u0301 <script>alert(1)</script>`,
		{ unclassified: [2] },
	],
	debits: ['Debit First Holdings', { quirks: ['debits'] }],
	island: ['Lord Howe Diving', { country: 'FJ' }],
};
