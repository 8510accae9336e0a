import { createHash } from 'node:crypto';

/** What a company is like, before its deals. */
export interface Sketch {
	/** The consent's name, by which tests choose it. */
	consent: string;
	name: string;
	timezone: string;
	plan: 'lite' | 'growth' | 'premium' | 'ultimate';
	seats: number;
	/** How many deals its seed gives. */
	deals: number;
	currencies: readonly string[];
	traits: readonly Trait[];
}

type Trait =
	/** A few deals in a currency of the company's own. */
	| 'customCurrency'
	/** Names that are hard to store and to show. */
	| 'naughty'
	/** Most deals were last changed at one and the same second, by an import. */
	| 'bulk'
	/** The paging of the flow stands where the documentation has it, and stage ids are numbers there. */
	| 'asDocumented'
	/** The flow of every seventh deal may not be seen. */
	| 'hiddenDeals'
	/** Deals without a value, and with one of zero. */
	| 'worthless';

/** What a plan has of everything. */
export const PLANS: Readonly<Record<Sketch['plan'], { factor: number; burst: number }>> = {
	lite: { factor: 1, burst: 80 },
	growth: { factor: 2, burst: 160 },
	premium: { factor: 5, burst: 400 },
	ultimate: { factor: 7, burst: 480 },
};

const USUAL: Omit<Sketch, 'consent' | 'name'> = {
	timezone: 'Australia/Sydney',
	plan: 'growth',
	seats: 10,
	deals: 40,
	currencies: ['AUD'],
	traits: [],
};

export const SKETCHES: readonly Sketch[] = [
	{ ...USUAL, consent: 'harbour', name: 'Harbour Cafe Pty Ltd' },
	{
		...USUAL,
		consent: 'southern',
		name: 'Southern Fitouts Ltd',
		timezone: 'Pacific/Auckland',
		deals: 15,
		traits: ['asDocumented', 'worthless'],
	},
	{
		...USUAL,
		consent: 'currencies',
		name: 'Perth Export Traders',
		timezone: 'Australia/Perth',
		currencies: ['AUD', 'NZD', 'USD', 'EUR', 'JPY', 'KWD'],
		traits: ['worthless'],
	},
	{ ...USUAL, consent: 'custom', name: 'Barter Club', deals: 12, traits: ['customCurrency'] },
	{ ...USUAL, consent: 'naughty', name: 'O\'Brien & "Söhne" <b>🚀</b>', deals: 12, traits: ['naughty'] },
	{ ...USUAL, consent: 'bulk', name: 'Bulk Imports', plan: 'ultimate', deals: 260, traits: ['bulk'] },
	{ ...USUAL, consent: 'hidden', name: 'Closed Doors', deals: 14, traits: ['hiddenDeals'] },
	{ ...USUAL, consent: 'small', name: 'One Seat Studio', plan: 'lite', seats: 1, deals: 130 },
	{ ...USUAL, consent: 'empty', name: 'Fresh Start', deals: 0 },
];

/** A whole number that is the same for the same seed, with as many digits as a company's id. */
export function companyIdFrom(seed: string): number {
	return 1_000_000 + (createHash('sha256').update(seed).digest().readUInt32LE(0) % 9_000_000);
}
