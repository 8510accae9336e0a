/** Texts that break what is careless; PostgreSQL can hold them all. */
export const NAUGHTY: readonly string[] = [
	`O'Brien & "Sons"`,
	"Robert'); drop table deals;--",
	'<script>alert(1)</script>',
	'שלום עולם',
	'\u202Eright to left\u202C',
	'👩‍👩‍👧‍👦 🇦🇺',
	'{{ $json.title }} ={{ 1 }}',
	'line one\nline two\ttab',
	'   padded   ',
	'ﬁ ½ ①  ZWSP\u200B',
	'\\x00 %s %d \\u0000',
	'NULL',
	'Zalgo t̷̡͠e̸x̵t',
	'a'.repeat(250),
];
