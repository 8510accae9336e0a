import type { PortalBooks } from './portal-books';

/** Texts that break what is careless; PostgreSQL can hold them all. */
const STORABLE: readonly string[] = [
	`O'Brien & "Sons"`,
	"Robert'); drop table lead_events;--",
	'<script>alert(1)</script>',
	'שלום עולם',
	'\u202Eright to left\u202C',
	'👩‍👩‍👧‍👦 🇦🇺',
	'{{ $json.dealname }} ={{ 1 }}',
	'line one\nline two\ttab',
	'\\x00 %s %d \\u0000',
	'null',
	'__proto__',
	'm'.repeat(1_000_000),
];

/** What PostgreSQL cannot hold: NUL, and half of a surrogate pair. */
const UNSTORABLE: readonly string[] = ['a\u0000b', 'half \uD83D of a pair'];

/** Which deals of the odd portal have what; the others are like everywhere. */
export interface Oddities {
	/** Naughty names that must come through as they are, by the deal's id. */
	names: Map<number, string>;
	/** Deals that can only be rejected, with the code that says why, by the deal's id. */
	rejected: Map<number, string>;
}

/** Fills a portal with naughty names of deals, stages and companies, and with what no one can read. */
export function makeOdd(books: PortalBooks): Oddities {
	const ids = books.ids();
	const names = new Map<number, string>();
	const rejected = new Map<number, string>();
	const next = (): number => ids.shift()!;
	for (const name of STORABLE) {
		const id = next();
		names.set(id, name);
		const companyId = 9_100_000 + id;
		books.nameCompany(companyId, name);
		books.edit(id, { name, companyId }, { silently: true });
	}
	for (const name of UNSTORABLE) {
		const id = next();
		rejected.set(id, 'text_not_storable');
		books.edit(id, { name }, { silently: true });
	}
	for (const [code, properties] of WRONG) {
		const id = next();
		rejected.set(id, code);
		books.edit(id, { properties }, { silently: true });
	}
	books.renameStage('qualifiedtobuy', `Qualified "to" buy'; -- \u202E`);
	books.renameStage('contractsent', '📄'.repeat(50));
	return { names, rejected };
}

/** What HubSpot would print by mistake. */
const WRONG: ReadonlyArray<[code: string, properties: Record<string, unknown>]> = [
	['not_a_number', { amount: '1.234,50' }],
	['not_a_number', { amount: 'NaN' }],
	['numeric_out_of_range', { amount: '99999999999' }],
	['unknown_currency', { amount: '5', deal_currency_code: 'Doubloon' }],
	['rate_missing', { amount: '5', deal_currency_code: 'CHF' }],
	['invalid_record', { amount: { value: '5' } }],
	['status_unknown', { hs_is_closed: 'true', hs_is_closed_won: 'false', dealstage: 'gone' }],
];
