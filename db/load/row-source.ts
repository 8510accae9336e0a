import { canonicalInstant } from '../postgres/rows';
import { isPlainObject, readJson, readText } from './column-values';

/** Which record a row came of: `metadata._src`. */
export interface RowSource {
	recordId: string | null;
	/** The provider's version of the record, comparable as text; null where it has none. */
	version: string | null;
	/** One object for all rows of the chunk that have the rest in common; null where nothing is said of a source. */
	origin: RowOrigin | null;
}

const NO_SOURCE: RowSource = { recordId: null, version: null, origin: null };

/** All of `_src` but the record and its version: the stream, the account and the run. */
export interface RowOrigin {
	/** Tells the chunk's origins apart. */
	name: string;
	accountId: string;
	json: string;
}

type Source = Record<string, unknown>;

/** Thousands of rows came of a few streams and accounts: what their sources have in common is written once. */
export class SourceReader {
	private readonly known = new Map<unknown, { given: Source; origin: RowOrigin }>();
	private count = 0;

	/** @throws RefusedValue for what the database could not hold */
	read(metadata: unknown): RowSource {
		if (!isPlainObject(metadata) || metadata._src === undefined) return NO_SOURCE;
		const source = isPlainObject(metadata._src) ? metadata._src : {};
		return {
			recordId: readRecordId(source.recordId),
			version: readVersion(source.version),
			origin: this.resolveOrigin(source),
		};
	}

	private resolveOrigin(source: Source): RowOrigin {
		const known = this.known.get(source.accountId);
		if (known && haveOneOrigin(known.given, source)) return known.origin;
		// What is undefined is left out of JSON.
		const rest = { ...source, recordId: undefined, version: undefined };
		const accountId = typeof source.accountId === 'string' ? source.accountId : '';
		const origin = { name: String(this.count++), accountId, json: readJson(rest, 'metadata._src') };
		this.known.set(source.accountId, { given: source, origin });
		return origin;
	}
}

function haveOneOrigin(one: Source, other: Source): boolean {
	return agreesWith(one, other) && agreesWith(other, one);
}

function agreesWith(one: Source, other: Source): boolean {
	for (const name in one) {
		if (one[name] !== other[name] && name !== 'recordId' && name !== 'version') return false;
	}
	return true;
}

function readRecordId(given: unknown): string | null {
	return given === undefined || given === null ? null : readText(given, 'metadata._src');
}

/** Versions are compared as texts, so instants need one spelling. */
function readVersion(given: unknown): string | null {
	if (typeof given === 'number') return String(given);
	return typeof given === 'string' ? (canonicalInstant(given) ?? readText(given, 'metadata._src')) : null;
}

/** Whether one copy is newer; without both versions it is not known, and the one that comes later counts. */
export function isNewer(one: Pick<RowSource, 'version'>, other: Pick<RowSource, 'version'>): boolean {
	return one.version !== null && other.version !== null && one.version > other.version;
}
