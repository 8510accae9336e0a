import cuid from '@bugsnag/cuid';

import { dataTables, type Column, type DataTable } from '../tables';
import type { LoadClient, LoadRow } from './chunk';
import {
	canonicalInstant,
	columnText,
	isPlainObject,
	readJson,
	readText,
	RefusedValue,
	storable,
} from './values';

/** A row whose values are known to suit their columns, as the texts that PostgreSQL reads. */
export interface PreparedRow {
	/** Its place in the chunk. */
	index: number;
	/** For the case that the row is new. Made here, since rows are checked while the chunk before is stored. */
	id: string;
	table: DataTable;
	client: PreparedClient;
	/** One for each of the table's columns. */
	values: Array<string | null>;
	/** `metadata` without `_src`, and `_src`, as JSON. */
	metadata: string | null;
	source: string | null;
	/** The provider's version of the record, comparable as text; null where it has none. */
	version: string | null;
	/** Equal for rows that one statement can write: of one table, with nulls in the same columns of the key. */
	statement: string;
	/** The key but for the client as one text; equal keys are equal texts. */
	ownKey: string;
	/** Known once the client is in the database. */
	clientKpiId: string;
	/** The whole key. */
	key: string;
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

/** Checks a row, which will stand at `index` in its chunk. */
export function prepareRow(given: LoadRow, index: number): Preparation {
	try {
		return prepare(given, index);
	} catch (error) {
		if (error instanceof RefusedValue) return error;
		throw error;
	}
}

/** @throws RefusedValue for the first thing that the database could not take */
function prepare(given: LoadRow, index: number): PreparedRow {
	const table = dataTables.get(given.table);
	if (!table) throw unknownTable(given.table);
	if (!isPlainObject(given.row)) throw new RefusedValue('wrong_type', 'row', 'row is not an object.');
	refuseUnknown(table, given.row);
	const row = given.row;
	const values = table.columns.map((column) => columnText(column, ownValue(row, column)));
	if (table.rule && !table.rule.holds(values)) {
		throw new RefusedValue('check_violation', table.rule.path, table.rule.message);
	}
	return {
		index,
		id: cuid(),
		table,
		client: prepareClient(given.client, given.provider),
		values,
		...prepareMetadata(row.metadata),
		...keyOf(table, values),
		clientKpiId: '',
		key: '',
	};
}

/** With lengths, so that no text can look like two others. */
function keyOf(table: DataTable, values: PreparedRow['values']): Pick<PreparedRow, 'statement' | 'ownKey'> {
	let statement = table.name;
	let ownKey = '';
	for (const index of table.keyIndexes) {
		const value = values[index]!;
		statement += value === null ? '0' : '1';
		ownKey += value === null ? ' ' : ` ${value.length}:${value}`;
	}
	return { statement, ownKey };
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
	const { _src: source, ...metadata } = given;
	if (source === undefined) return { metadata: readJson(metadata, 'metadata'), source: null, version: null };
	return { metadata: readJson(metadata, 'metadata'), ...prepareSource(source) };
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

function prepareClient(given: LoadClient, provider: string): PreparedClient {
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
