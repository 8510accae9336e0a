import { dataTables, type Column, type DataTable } from '../tables';
import { storable } from '../text';
import type { LoadClient, LoadRow } from './chunk';
import type { Keyed } from './key-order';
import { upsertStatement } from './upsert-sql';
import { canonicalInstant, columnText, isPlainObject, readJson, readText, RefusedValue } from './values';

/** A row whose values are known to suit their columns, as the texts that PostgreSQL reads. */
export interface PreparedRow extends Keyed {
	/** Its place in the chunk. */
	index: number;
	/** One object for all rows of the chunk that say the same of a client. */
	client: PreparedClient;
	/** One for each of the table's columns. */
	values: Array<string | null>;
	/** `metadata` without `_src`, and `_src`, as JSON. */
	metadata: string | null;
	source: string | null;
	/** The provider's version of the record, comparable as text; null where it has none. */
	version: string | null;
	/** How many characters the texts have. */
	size: number;
	/** Known once the client is in the database. */
	clientKpiId: string;
}

/** What checking a row gave: the row as it can be written, or why it cannot. */
export type Preparation = PreparedRow | RefusedValue;

/** A client as it is to be found in, or put into, `client_kpis`. */
export interface PreparedClient {
	provider: string;
	/** Looked up in `etl.client_links`; null where the exact `clientId` was given. */
	externalId: string | null;
	clientId: string;
	clientName: string | null;
	industry: string | null;
}

/** Checks the rows of one chunk. */
export class RowReader {
	private index = 0;
	private readonly clients = new ClientReader();

	/** Checks the chunk's next row. */
	read(given: LoadRow): Preparation {
		const index = this.index++;
		try {
			return this.prepare(given, index);
		} catch (error) {
			if (error instanceof RefusedValue) return error;
			throw error;
		}
	}

	/** @throws RefusedValue for the first thing that the database could not take */
	private prepare(given: LoadRow, index: number): PreparedRow {
		const table = dataTables.get(given.table);
		if (!table) throw unknownTable(given.table);
		if (!isPlainObject(given.row)) throw new RefusedValue('wrong_type', 'row', 'row is not an object.');
		refuseUnknown(table, given.row);
		const values = valuesOf(table, given.row);
		const client = this.clients.read(given.client, given.provider);
		const { metadata, source, version } = prepareMetadata(given.row.metadata);
		return {
			index,
			client,
			values,
			metadata,
			source,
			version,
			size: sizeOf(values) + (metadata?.length ?? 0) + (source?.length ?? 0),
			statement: upsertStatement(table, values),
			ownKey: ownKeyOf(table, values),
			clientKpiId: '',
		};
	}
}

function valuesOf(table: DataTable, row: Record<string, unknown>): PreparedRow['values'] {
	const values = table.columns.map((column) => columnText(column, ownValue(row, column)));
	if (!table.rule || table.rule.holds(values)) return values;
	throw new RefusedValue('check_violation', table.rule.path, table.rule.message);
}

function sizeOf(values: PreparedRow['values']): number {
	let size = 0;
	for (const value of values) size += value?.length ?? 0;
	return size;
}

/** A NUL before each value: the one character that none of them can hold. */
function ownKeyOf(table: DataTable, values: PreparedRow['values']): string {
	let key = '';
	for (const index of table.keyIndexes) key += `\0${values[index] ?? ''}`;
	return key;
}

function unknownTable(name: unknown): RefusedValue {
	const known = [...dataTables.keys()].join(', ');
	const given = typeof name === 'string' ? storable(name.slice(0, 60)) : typeof name;
	return new RefusedValue('unknown_table', 'table', `Rows go into ${known}, not into "${given}".`);
}

/** A value that no column takes would be lost without a word. */
function refuseUnknown(table: DataTable, row: Record<string, unknown>): void {
	for (const name of Object.keys(row)) {
		if (table.properties.has(name)) continue;
		const path = storable(name.slice(0, 60));
		throw new RefusedValue('unknown_column', path, `${table.name} has no column for "${path}".`);
	}
}

/** Never what the prototype has under that name. */
function ownValue(row: Record<string, unknown>, { property }: Column): unknown {
	return Object.hasOwn(row, property) ? row[property] : undefined;
}

function prepareMetadata(given: unknown): Pick<PreparedRow, 'metadata' | 'source' | 'version'> {
	if (given === undefined || given === null) return { metadata: null, source: null, version: null };
	if (!isPlainObject(given)) {
		throw new RefusedValue('wrong_type', 'metadata', 'metadata is not an object.');
	}
	// Set to undefined, which JSON leaves out: taking a property away costs three times as much.
	const metadata = readJson({ ...given, _src: undefined }, 'metadata');
	if (given._src === undefined) return { metadata, source: null, version: null };
	const { source, version } = prepareSource(given._src);
	return { metadata, source, version };
}

function prepareSource(given: unknown): Pick<PreparedRow, 'source' | 'version'> {
	const source = isPlainObject(given) ? given : {};
	const version = versionText(source.version);
	const same = source.version === version;
	return { source: readJson(same ? source : { ...source, version }, 'metadata._src'), version };
}

/** Versions are compared as texts, so instants need one spelling. */
function versionText(given: unknown): string | null {
	if (typeof given === 'number') return String(given);
	if (typeof given !== 'string') return null;
	return canonicalInstant(given) ?? given;
}

/** Thousands of rows speak of a few clients: each is checked once, and is one object. */
class ClientReader {
	private readonly known = new Map<string, { given: LoadClient; prepared: PreparedClient }>();

	read(given: LoadClient, provider: string): PreparedClient {
		const known = this.known.get(given?.externalId);
		if (known && known.prepared.provider === provider && sameClient(known.given, given))
			return known.prepared;
		const prepared = prepareClient(given, provider);
		if (prepared.externalId !== null) this.known.set(given.externalId, { given, prepared });
		return prepared;
	}
}

const sameClient = (one: LoadClient, other: LoadClient): boolean =>
	one.clientName === other.clientName && one.industry === other.industry && !other.clientId;

/**
 * A client as it is to be found.
 * @throws RefusedValue where it is none
 */
export function prepareClient(given: LoadClient, provider: string): PreparedClient {
	if (!isPlainObject(given)) throw missingClient();
	const exact = optionalText(given.clientId, 'client.clientId');
	const externalId = exact ? null : optionalText(given.externalId, 'client.externalId');
	if (!exact && !externalId) throw missingClient();
	return {
		provider,
		externalId,
		clientId: exact ?? qualified(provider, externalId!),
		clientName: optionalText(given.clientName, 'client.clientName'),
		industry: optionalText(given.industry, 'client.industry'),
	};
}

function missingClient(): RefusedValue {
	return new RefusedValue('missing_value', 'client', 'The row does not say which client it is about.');
}

function qualified(provider: string, externalId: string): string {
	return externalId.startsWith(`${provider}:`) ? externalId : `${provider}:${externalId}`;
}

function optionalText(value: unknown, path: string): string | null {
	return value === undefined || value === null || value === '' ? null : readText(value, path);
}
