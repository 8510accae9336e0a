import cuid from '@bugsnag/cuid';
import type { PoolClient } from 'pg';

import { meaningOf } from '../sqlstate';
import type { ChunkResult, Refusal, RowFate } from './chunk';
import { resolveClients } from './clients';
import { columnTexts } from './columns';
import { isolate, type DatabaseFault } from './isolate';
import { placeLeads, settleLeads } from './lead-entries';
import type { Preparation, PreparedRow } from './prepare';
import type { Turn } from './turn';
import type { UpsertStatement } from './upsert-sql';
import { RefusedValue } from './values';

/**
 * Brings the rows to their tables, inside the tenant's transaction.
 * @throws OutOfTurnError where the chunk before has to be stored first
 */
export async function writeRows(
	client: PoolClient,
	tenantId: string,
	rows: readonly Preparation[],
	turn: Turn,
): Promise<ChunkResult> {
	const result: ChunkResult = {
		fates: new Array<RowFate>(rows.length).fill('rejected'),
		refusals: new Map(),
		aged: new Map(),
	};
	const placed = await placeAtClients(client, tenantId, acceptable(rows, result), result);
	await placeLeads(client, placed);
	const best = bestOf(placed, result);
	await turn.writes(best);
	for (const part of inOrder(best).flatMap(partsOf)) {
		await isolate(
			client,
			part,
			(some) => upsert(client, some, result),
			(row, fault) => result.refusals.set(row.index, refusalOf(fault)),
		);
	}
	await settleLeads(client, placed);
	return result;
}

function acceptable(rows: readonly Preparation[], { refusals }: ChunkResult): PreparedRow[] {
	return rows.filter((row, index): row is PreparedRow => {
		if (!(row instanceof RefusedValue)) return true;
		refusals.set(index, { code: row.code, path: row.path, message: row.message });
		return false;
	});
}

async function placeAtClients(
	client: PoolClient,
	tenantId: string,
	rows: PreparedRow[],
	{ refusals }: ChunkResult,
): Promise<PreparedRow[]> {
	const wanted = new Set(rows.map((row) => row.client));
	const { ids, refused } = await resolveClients(client, tenantId, wanted);
	return rows.filter((row) => {
		const id = ids.get(row.client);
		if (id === undefined) refusals.set(row.index, refusalOf(refused.get(row.client.clientId), 'client'));
		else row.clientKpiId = id;
		return id !== undefined;
	});
}

type Groups = Map<UpsertStatement, Map<string, PreparedRow>>;

/** The rows of each statement by their keys; of rows with one key only the best. */
function bestOf(rows: PreparedRow[], result: ChunkResult): Groups {
	const groups: Groups = new Map();
	for (const row of rows) {
		let group = groups.get(row.statement);
		if (!group) groups.set(row.statement, (group = new Map()));
		row.key = row.clientKpiId + row.ownKey;
		keepBest(group, row, result);
	}
	return groups;
}

/** Parallel loads that take their locks in one order cannot wait for each other in a circle. */
function inOrder(groups: Groups): PreparedRow[][] {
	const sorted = [...groups].sort(([a], [b]) => (a.name < b.name ? -1 : 1));
	return sorted.map(([, group]) => [...group.values()].sort((a, b) => (a.key < b.key ? -1 : 1)));
}

/** The newest stays, of equals the later one. */
function keepBest(group: Map<string, PreparedRow>, row: PreparedRow, { fates }: ChunkResult): void {
	const other = group.get(row.key);
	const loser = other && isNewer(other, row) ? row : other;
	if (loser) fates[loser.index] = 'deduplicated';
	if (loser !== row) group.set(row.key, row);
}

function isNewer(one: PreparedRow, other: PreparedRow): boolean {
	return one.version !== null && other.version !== null && one.version > other.version;
}

/** Far below what one text may be in JavaScript and one message to PostgreSQL. */
const MOST_CHARACTERS = 64 * 2 ** 20;

function partsOf(rows: PreparedRow[]): PreparedRow[][] {
	const parts: PreparedRow[][] = [[]];
	let characters = 0;
	for (const row of rows) {
		characters += row.size;
		if (characters > MOST_CHARACTERS && parts.at(-1)!.length > 0) {
			parts.push([]);
			characters = row.size;
		}
		parts.at(-1)!.push(row);
	}
	return parts;
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
	const { table, sql } = rows[0]!.statement;
	const { separator, nothing, texts } = columnTexts([
		{ values: rows.map((row) => row.clientKpiId), free: true },
		...table.columns.map(({ type }, index) => ({
			values: rows.map((row) => row.values[index]!),
			free: type === 'text',
		})),
		// JSON writes control characters as escapes.
		{ values: rows.map((row) => row.metadata), free: false },
		{ values: rows.map((row) => row.source), free: false },
	]);
	const answer = await client.query<{ fates: string }>(sql, [
		separator,
		nothing,
		rows.length,
		...idMargins(),
		...texts,
	]);
	const marks = answer.rows[0]?.fates ?? '';
	rows.forEach((row, index) => {
		fates[row.index] = fateOf(marks[index]);
	});
}

/** A cuid without the four characters that count ids. */
function idMargins(): [begin: string, end: string] {
	const id = cuid();
	return [id.slice(0, -16), id.slice(-12)];
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
