/** Longer than any value that our forms, links or providers send. */
const MAX_VALUE = 4_096;
/** More than a person can be offered. */
const MAX_VALUES = 1_000;

/**
 * Fields of a query or a form. n8n parses both, with arrays and objects of any depth: only texts of a bounded length
 * are taken.
 */
export class Fields {
	private readonly values: ReadonlyMap<string, unknown>;

	constructor(source: unknown) {
		const isRecord = typeof source === 'object' && source !== null && !Array.isArray(source);
		this.values = new Map(isRecord ? Object.entries(source) : []);
	}

	/** The text of a field; empty if there is none, or if it was given twice. */
	text(name: string): string {
		const value = this.values.get(name);
		return isText(value) ? value : '';
	}

	/** All texts of a field that may be given several times; empty if one is no text. */
	texts(name: string): string[] {
		const value = this.values.get(name);
		const all: unknown[] = Array.isArray(value) ? value : [value];
		return all.length <= MAX_VALUES && all.every(isText) ? all : [];
	}

	/** Every field that has one text. */
	all(): Record<string, string> {
		return Object.fromEntries(
			[...this.values].filter((entry): entry is [string, string] => isText(entry[1])).slice(0, MAX_VALUES),
		);
	}
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_VALUE;
