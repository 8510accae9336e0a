import cuid from '@bugsnag/cuid';
import type { PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { getMeaning } from '../postgres/sqlstate';
import type { DataTable } from '../schema/tables';
import type { ChunkResult, RowOutcome } from './chunk';
import type { LoadRejection } from './input';
import { resolveClients } from './clients';
import { columnTexts, type TextColumn } from './columns';
import type { DataError } from './find-faults';
import { isolate, type Statement } from './isolate-faults';
import { haveOneKey, inKeyOrder } from './key-order';
import { placeLeads, settleLeads } from './leads';
import { splitIntoParts } from './parts';
import type { Preparation, PreparedRow } from './prepare';
import { isNewer } from './row-source';
import type { CommitTurn } from './commit-order';
import { InvalidValueError } from './column-values';

/**
 * Writes the rows to their tables, within the tenant's transaction.
 * @throws CommitOrderError if the preceding chunk must be stored first
 */
export async function writeRows(
	client: PoolClient,
	tenantId: string,
	rows: readonly Preparation[],
	turn: CommitTurn,
): Promise<ChunkResult> {
	const result: ChunkResult = {
		outcomes: new Array<RowOutcome>(rows.length).fill('rejected'),
		rejections: new Map(),
		aged: new Map(),
	};
	const placed = await placeAtClients(client, tenantId, acceptable(rows, result), result);
	await placeLeads(client, placed);
	const ordered = inKeyOrder(placed);
	await turn.writes(ordered);
	for (const part of [...ordered.values()].flatMap((some) => splitIntoParts(pickLatestRows(some, result)))) {
		await isolate<PreparedRow, { outcomes: string }>(client, part, {
			statementFor: buildUpsert,
			trialOf: buildTrial,
			written: (some, answer) => noteFates(some, answer, result),
			rejected: (row, fault) => result.rejections.set(row.index, explainFault(fault)),
		});
	}
	await settleLeads(client, placed);
	return result;
}

function acceptable(rows: readonly Preparation[], { rejections }: ChunkResult): PreparedRow[] {
	return rows.filter((row, index): row is PreparedRow => {
		if (!(row instanceof InvalidValueError)) return true;
		rejections.set(index, { code: row.code, path: row.path, message: row.message });
		return false;
	});
}

async function placeAtClients(
	client: PoolClient,
	tenantId: string,
	rows: PreparedRow[],
	{ rejections }: ChunkResult,
): Promise<PreparedRow[]> {
	const wanted = new Set(rows.map((row) => row.client));
	const { ids, rejected } = await resolveClients(client, tenantId, wanted);
	return rows.filter((row) => {
		const id = ids.get(row.client);
		if (id === undefined)
			rejections.set(row.index, explainFault(rejected.get(row.client.clientId), 'client'));
		else row.clientKpiId = id;
		return id !== undefined;
	});
}

/** Of rows with the same key, which are adjacent, only the newest; of equally new ones the later. */
function pickLatestRows(rows: readonly PreparedRow[], { outcomes }: ChunkResult): PreparedRow[] {
	const best: PreparedRow[] = [];
	for (const row of rows) {
		const other = best.at(-1);
		if (!other || !haveOneKey(other, row)) {
			best.push(row);
			continue;
		}
		const loser = isNewer(other, row) ? row : other;
		outcomes[loser.index] = 'deduplicated';
		if (loser === other) best[best.length - 1] = row;
	}
	return best;
}

const OUTCOMES: Record<string, RowOutcome> = {
	'+': 'inserted',
	'~': 'updated',
	'=': 'unchanged',
	'<': 'superseded',
};

function buildUpsert(rows: readonly PreparedRow[]): Statement {
	const { table, sql } = rows[0]!.statement;
	const { separator, nothing, texts } = columnTexts(rows, listColumns(table));
	return {
		text: sql,
		values: [separator, nothing, rows.length, ...idMargins(), ...listOrigins(rows), ...texts],
	};
}

function buildTrial({
	statement,
	clientKpiId,
	values,
	metadata,
	origin,
	recordId,
	version,
}: PreparedRow): Statement {
	const source = origin && origin.json;
	return {
		text: statement.trial,
		values: [cuid(), clientKpiId, ...values, metadata, source, recordId, version],
	};
}

function noteFates(
	rows: readonly PreparedRow[],
	[answer]: ReadonlyArray<{ outcomes: string }>,
	{ outcomes }: ChunkResult,
): void {
	const marks = answer?.outcomes ?? '';
	rows.forEach((row, index) => {
		outcomes[row.index] = readOutcome(marks[index]);
	});
}

/** In the order of the statement's parameters. */
function listColumns({ columns }: DataTable): Array<TextColumn<PreparedRow>> {
	return [
		{ of: ({ clientKpiId }) => clientKpiId, free: true },
		...columns.map(({ type }, index) => ({
			of: ({ values }: PreparedRow) => values[index]!,
			free: type === 'text',
		})),
		// JSON escapes control characters.
		{ of: ({ metadata }) => metadata, free: false },
		{ of: ({ origin }) => origin && origin.name, free: false },
		{ of: ({ recordId }) => recordId, free: true },
		{ of: ({ version }) => version, free: true },
	];
}

function listOrigins(rows: readonly PreparedRow[]): [names: string[], jsons: string[]] {
	const origins = [...new Set(rows.map(({ origin }) => origin))].filter((one) => one !== null);
	return [origins.map(({ name }) => name), origins.map(({ json }) => json)];
}

/** A cuid without its four counter characters. */
function idMargins(): [begin: string, end: string] {
	const id = cuid();
	return [id.slice(0, -16), id.slice(-12)];
}

function readOutcome(mark: string | undefined): RowOutcome {
	const outcome = mark === undefined ? undefined : OUTCOMES[mark];
	if (!outcome)
		throw new ExplainedError('The database returned fewer outcomes than rows.', 'Nothing was saved.');
	return outcome;
}

function explainFault(fault: DataError | undefined, path?: string): LoadRejection {
	if (!fault) {
		return {
			code: 'client_missing',
			path: 'client',
			message: 'The client was deleted while its rows were being stored.',
		};
	}
	const { code, message } = getMeaning(fault.code);
	const detail = fault.constraint ? `${message} (${fault.constraint})` : message;
	return { code, path: path ?? fault.column ?? '', message: detail };
}
