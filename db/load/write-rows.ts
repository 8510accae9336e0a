import cuid from '@bugsnag/cuid';
import type { PoolClient } from 'pg';

import { meaningOf } from '../sqlstate';
import type { DataTable } from '../tables';
import type { ChunkResult, LoadRow, Refusal, RowFate } from './chunk';
import { clientKey, resolveClients } from './clients';
import { columnTexts } from './columns';
import { isolate, type DatabaseFault } from './isolate';
import { prepareRow, type PreparedRow } from './prepare';
import { upsertSql } from './upsert-sql';
import { RefusedValue } from './values';

/** Brings the rows to their tables, inside the tenant's transaction. */
export async function writeRows(
	client: PoolClient,
	tenantId: string,
	rows: readonly LoadRow[],
): Promise<ChunkResult> {
	const result: ChunkResult = {
		fates: new Array<RowFate>(rows.length).fill('rejected'),
		refusals: new Map(),
	};
	const prepared = prepareAll(rows, result);
	const placed = await placeAtClients(client, tenantId, prepared, result);
	for (const group of groupsOf(withoutDuplicates(placed, result))) {
		await isolate(
			client,
			group,
			(part) => upsert(client, part, result),
			(row, fault) => result.refusals.set(row.index, refusalOf(fault)),
		);
	}
	return result;
}

function prepareAll(rows: readonly LoadRow[], { refusals }: ChunkResult): PreparedRow[] {
	const prepared: PreparedRow[] = [];
	rows.forEach((row, index) => {
		try {
			prepared.push(prepareRow(row, index));
		} catch (error) {
			if (!(error instanceof RefusedValue)) throw error;
			refusals.set(index, { code: error.code, path: error.path, message: error.message });
		}
	});
	return prepared;
}

async function placeAtClients(
	client: PoolClient,
	tenantId: string,
	rows: PreparedRow[],
	{ refusals }: ChunkResult,
): Promise<PreparedRow[]> {
	const { ids, refused } = await resolveClients(
		client,
		tenantId,
		rows.map((row) => row.client),
	);
	return rows.filter((row) => {
		const fault = refused.get(row.client.clientId);
		const id = ids.get(clientKey(row.client));
		if (id === undefined) refusals.set(row.index, refusalOf(fault, 'client'));
		else row.clientKpiId = id;
		return id !== undefined;
	});
}

/** Of rows with one key the newest stays, of equals the later one; in the order of their keys. */
function withoutDuplicates(rows: PreparedRow[], { fates }: ChunkResult): PreparedRow[] {
	const best = new Map<string, PreparedRow>();
	for (const row of rows) {
		row.key = keyText(row);
		const other = best.get(row.key);
		const loser = other && isNewer(other, row) ? row : other;
		if (loser) fates[loser.index] = 'deduplicated';
		if (loser !== row) best.set(row.key, row);
	}
	// Parallel loads that take their locks in one order cannot wait for each other in a circle.
	return [...best.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isNewer(one: PreparedRow, other: PreparedRow): boolean {
	return one.version !== null && other.version !== null && one.version > other.version;
}

/** With lengths, so that no text can look like two others. Rows of one statement stand together when sorted. */
function keyText({ table, clientKpiId, values }: PreparedRow): string {
	let text = `${table.name} ${nullPattern(table, values)} ${clientKpiId}`;
	for (const index of table.keyIndexes) text += ` ${values[index]?.length}:${values[index]}`;
	return text;
}

function nullPattern({ keyIndexes }: DataTable, values: PreparedRow['values']): string {
	let pattern = '';
	for (const index of keyIndexes) pattern += values[index] === null ? '0' : '1';
	return pattern;
}

/** The rows that one statement can write: of one table, with nulls in the same columns of the key. */
function groupsOf(sorted: PreparedRow[]): PreparedRow[][] {
	const groups = new Map<string, PreparedRow[]>();
	for (const row of sorted) {
		const name = `${row.table.name} ${nullPattern(row.table, row.values)}`;
		const group = groups.get(name);
		if (group) group.push(row);
		else groups.set(name, [row]);
	}
	return [...groups.values()];
}

const FATES: Record<string, RowFate> = {
	'+': 'inserted',
	'~': 'updated',
	'=': 'unchanged',
	'<': 'superseded',
};

async function upsert(
	client: PoolClient,
	rows: readonly PreparedRow[],
	{ fates }: ChunkResult,
): Promise<void> {
	const { table, values } = rows[0]!;
	const { separator, nothing, texts } = columnTexts([
		rows.map(() => cuid()),
		rows.map((row) => row.clientKpiId),
		...table.columns.map((_, index) => rows.map((row) => row.values[index]!)),
		rows.map((row) => row.metadata),
		rows.map((row) => row.source),
	]);
	const answer = await client.query<{ fates: string }>(
		upsertSql(
			table,
			table.keyIndexes.map((index) => values[index] === null),
		),
		[separator, nothing, rows.length, ...texts],
	);
	const marks = answer.rows[0]?.fates ?? '';
	rows.forEach((row, index) => {
		fates[row.index] = fateOf(marks[index]);
	});
}

function fateOf(mark: string | undefined): RowFate {
	const fate = mark === undefined ? undefined : FATES[mark];
	if (!fate) throw new Error('The database answered with fewer fates than rows. Nothing was saved.');
	return fate;
}

function refusalOf(fault: DatabaseFault | undefined, path?: string): Refusal {
	if (!fault) {
		return { code: 'client_missing', path: 'client', message: 'The client was deleted while it was needed.' };
	}
	const { code, message } = meaningOf(fault.code);
	const detail = fault.constraint ? `${message} (${fault.constraint})` : message;
	return { code, path: path ?? fault.column ?? '', message: detail };
}
