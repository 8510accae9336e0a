import type { PoolClient, QueryResultRow } from 'pg';

import { isDataError } from '../postgres/sqlstate';
import { findFaults, type DataError, type Values } from './find-faults';

export interface Statement {
	text: string;
	values: Values;
}

/** How items are written. */
export interface Write<T, Row extends QueryResultRow> {
	/** Writes these items. */
	statementFor: (part: readonly T[]) => Statement;
	/** Tests whether an item can be written, for `findFaults`: the same text for all items. */
	trialOf: (item: T) => Statement;
	/** Called with the statement's result for items that were written. */
	written?: (part: readonly T[], rows: Row[]) => void;
	/** Called for each item that the database rejects. */
	rejected: (item: T, fault: DataError) => void;
}

/**
 * Writes all items in one statement. If the database rejects one, the server searches for all faulty items and the
 * others are written in one statement, still in their order: the number of round trips does not grow with the number of
 * faults.
 * @throws every error that is no data error
 */
export async function isolate<T, Row extends QueryResultRow>(
	client: PoolClient,
	items: readonly T[],
	write: Write<T, Row>,
): Promise<void> {
	if (items.length === 0) return;
	const fault = await attemptWrite(client, items, write);
	if (!fault) return;
	if (items.length === 1) return write.rejected(items[0]!, fault);
	const rest = await rejectFaulty(client, items, write);
	const isWorthOneTry = rest.length < items.length;
	if (rest.length === 0 || (isWorthOneTry && !(await attemptWrite(client, rest, write)))) return;
	await writeEach(client, rest, write);
}

/** @returns the items without a fault */
async function rejectFaulty<T, Row extends QueryResultRow>(
	client: PoolClient,
	items: readonly T[],
	{ trialOf, rejected }: Write<T, Row>,
): Promise<T[]> {
	const trials = items.map(trialOf);
	const values = trials.map((trial) => trial.values);
	const faults = await findFaults(client, trials[0]!.text, values);
	return items.filter((item, index) => {
		const fault = faults?.get(index);
		if (fault) rejected(item, fault);
		return !fault;
	});
}

/** For items that the database accepts one by one but not together, as triggers of the operator may cause. */
async function writeEach<T, Row extends QueryResultRow>(
	client: PoolClient,
	items: readonly T[],
	write: Write<T, Row>,
): Promise<void> {
	for (const item of items) {
		const fault = await attemptWrite(client, [item], write);
		if (fault) write.rejected(item, fault);
	}
}

/** Writes all items or none. @returns the error if one of them cannot be written */
async function attemptWrite<T, Row extends QueryResultRow>(
	client: PoolClient,
	part: readonly T[],
	{ statementFor, written }: Write<T, Row>,
): Promise<DataError | undefined> {
	const { text, values } = statementFor(part);
	await client.query('savepoint part');
	try {
		const { rows } = await client.query<Row>(text, [...values]);
		await client.query('release savepoint part');
		written?.(part, rows);
		return undefined;
	} catch (error) {
		if (!isDataError(error)) throw error;
		await client.query('rollback to savepoint part; release savepoint part');
		return error as Error & DataError;
	}
}
