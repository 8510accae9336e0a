import { canonicalInstant } from '../postgres/rows';
import { isPlainObject, readJson, readStorableText } from './column-values';

/** The record that a row comes from: `metadata._src`. */
export interface RowSource {
	recordId: string | null;
	/** The provider's version of the record, comparable as text; null if it has none. */
	version: string | null;
	/** Shared by all rows of the chunk with the same remaining properties; null without `_src`. */
	origin: RowOrigin | null;
}

const NO_SOURCE: RowSource = { recordId: null, version: null, origin: null };

/** `_src` without the record and its version: the stream, the account and the run. */
export interface RowOrigin {
	/** Identifies the origin within the chunk. */
	name: string;
	accountId: string;
	json: string;
}

type Source = Record<string, unknown>;

/** Thousands of rows come from a few streams and accounts: what their sources share is serialised once. */
export class SourceReader {
	private readonly known = new Map<unknown, { given: Source; origin: RowOrigin }>();
	private count = 0;

	/** @throws InvalidValueError for a value that the database could not store */
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
		// JSON omits undefined properties.
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
	return given === undefined || given === null ? null : readStorableText(given, 'metadata._src');
}

/** Versions are compared as texts, so instants need a canonical spelling. */
function readVersion(given: unknown): string | null {
	if (typeof given === 'number') return String(given);
	return typeof given === 'string'
		? (canonicalInstant(given) ?? readStorableText(given, 'metadata._src'))
		: null;
}

/** Whether `one` is newer than `other`. False unless both have a version; then the later arrival wins. */
export function isNewer(one: Pick<RowSource, 'version'>, other: Pick<RowSource, 'version'>): boolean {
	return one.version !== null && other.version !== null && one.version > other.version;
}
