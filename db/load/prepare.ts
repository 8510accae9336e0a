import { dataTables, type Column, type DataTable } from '../schema/tables';
import { storable } from '../postgres/storable-text';
import type { LoadRow, LoadRun } from './input';
import type { Keyed } from './key-order';
import { ClientReader, type PreparedClient } from './prepared-client';
import { SourceReader, type RowSource } from './row-source';
import { upsertStatement } from './upsert-sql';
import { columnText, isPlainObject, readJson, InvalidValueError } from './column-values';

/** A row whose values have been checked against their columns, as texts for PostgreSQL. */
export interface PreparedRow extends Keyed, RowSource {
	/** Its index in the chunk. */
	index: number;
	/** Shared by all rows of the chunk that describe the client in the same way. */
	client: PreparedClient;
	/** One per column of the table. */
	values: Array<string | null>;
	/** `metadata` without `_src`, as JSON. */
	metadata: string | null;
	/** Set once the client is in the database. */
	clientKpiId: string;
}

/** The result of checking a row: the prepared row, or why it is invalid. */
export type Preparation = PreparedRow | InvalidValueError;

/** The part of a run that its rows are checked against. */
export type RunOfRows = Pick<LoadRun, 'provider' | 'integrationId'>;

/** Checks the rows of one chunk. */
export class RowReader {
	private index = 0;
	private readonly clients: ClientReader;
	private readonly sources = new SourceReader();

	constructor(private readonly run: RunOfRows) {
		this.clients = new ClientReader(run);
	}

	/** Checks the chunk's next row. */
	read(given: LoadRow): Preparation {
		const index = this.index++;
		try {
			return this.prepare(given, index);
		} catch (error) {
			if (error instanceof InvalidValueError) return error;
			throw error;
		}
	}

	/** @throws InvalidValueError for the first value that the database could not store */
	private prepare(given: LoadRow, index: number): PreparedRow {
		const table = dataTables.get(given.table);
		if (!table) throw unknownTable(given.table);
		if (!isPlainObject(given.row)) throw new InvalidValueError('wrong_type', 'row', 'row is not an object.');
		assertKnownColumns(table, given.row);
		const values = readValues(table, given.row, this.run.provider);
		const client = this.clients.read(given.client);
		const metadata = metadataText(given.row.metadata);
		const { recordId, version, origin } = this.sources.read(given.row.metadata);
		const statement = upsertStatement(table, values);
		const ownKey = buildOwnKey(table, values);
		return { index, client, values, metadata, recordId, version, origin, statement, ownKey, clientKpiId: '' };
	}
}

function readValues(table: DataTable, row: Record<string, unknown>, provider: string): PreparedRow['values'] {
	const values = table.columns.map((column) => columnText(column, ownValue(row, column)));
	const source = (values[table.sourceIndex] ||= provider);
	if (source !== provider) throw otherSource(source, provider);
	if (!table.rule || table.rule.holds(values)) return values;
	throw new InvalidValueError('check_violation', table.rule.path, table.rule.message);
}

/** Rows of one source never replace those of another. */
function otherSource(source: string, provider: string): InvalidValueError {
	const [given, own] = [source, provider].map((name) => storable(name.slice(0, 60)));
	const message = `The row is from "${given}", but this load is for "${own}". Set Source System to the rows' source.`;
	return new InvalidValueError('other_source', 'sourceSystem', message);
}

/** Joined by NUL, the one character that no value can contain. */
function buildOwnKey(table: DataTable, values: PreparedRow['values']): string {
	return table.keyIndexes.map((index) => values[index] ?? '').join('\0');
}

function unknownTable(name: unknown): InvalidValueError {
	const known = [...dataTables.keys()].join(', ');
	const given = typeof name === 'string' ? storable(name.slice(0, 60)) : typeof name;
	return new InvalidValueError('unknown_table', 'table', `Rows go into ${known}, not into "${given}".`);
}

/** A value without a column would be lost silently. */
function assertKnownColumns(table: DataTable, row: Record<string, unknown>): void {
	for (const name in row) {
		if (table.properties.has(name) || !Object.hasOwn(row, name)) continue;
		const path = storable(name.slice(0, 60));
		throw new InvalidValueError('unknown_column', path, `${table.name} has no column for "${path}".`);
	}
}

/** Ignores properties of the prototype. */
function ownValue(row: Record<string, unknown>, { property }: Column): unknown {
	return Object.hasOwn(row, property) ? row[property] : undefined;
}

/** JSON of the metadata without `_src`, which is kept apart so that it never makes an unchanged row look changed. */
function metadataText(given: unknown): string | null {
	if (given === undefined || given === null) return null;
	if (!isPlainObject(given)) {
		throw new InvalidValueError('wrong_type', 'metadata', 'metadata is not an object.');
	}
	// Set to undefined, which JSON omits: deleting the property costs three times as much.
	return readJson({ ...given, _src: undefined }, 'metadata');
}
