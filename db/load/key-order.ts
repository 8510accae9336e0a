import type { UpsertStatement } from './upsert-sql';

/** A row's unique key. Rows of different statements never have the same key. */
export interface Keyed {
	statement: UpsertStatement;
	clientKpiId: string;
	/** The rest of the key as one text; equal keys are equal texts. */
	ownKey: string;
}

/** Rows by statement, each list sorted by key. */
export type InKeyOrder<Row extends Keyed = Keyed> = ReadonlyMap<UpsertStatement, readonly Row[]>;

/**
 * Sorts rows by key, so that parallel loads take their locks in the same order and cannot deadlock. Rows with the same
 * key keep their order.
 */
export function inKeyOrder<Row extends Keyed>(rows: readonly Row[]): Map<UpsertStatement, Row[]> {
	const byStatement = [...groupBy(rows, ({ statement }) => statement)];
	byStatement.sort(([a], [b]) => (a.name < b.name ? -1 : 1));
	return new Map(byStatement.map(([statement, some]) => [statement, sortByKey(some)]));
}

/** Client by client, since the rows of one client are mostly in order already. */
function sortByKey<Row extends Keyed>(rows: readonly Row[]): Row[] {
	const byClient = [...groupBy(rows, ({ clientKpiId }) => clientKpiId)];
	byClient.sort(([a], [b]) => (a < b ? -1 : 1));
	return byClient.flatMap(([, some]) => some.sort((a, b) => compare(a.ownKey, b.ownKey)));
}

/** Whether two rows of one statement have the same key. */
export function haveOneKey(one: Keyed, other: Keyed): boolean {
	return one.ownKey === other.ownKey && one.clientKpiId === other.clientKpiId;
}

/** Whether both have a key in common. */
export function shareKeys(some: InKeyOrder, others: InKeyOrder): boolean {
	for (const [statement, rows] of some) if (meet(rows, others.get(statement) ?? [])) return true;
	return false;
}

/** Walks both sorted lists at once. */
function meet(some: readonly Keyed[], others: readonly Keyed[]): boolean {
	for (let i = 0, j = 0; i < some.length && j < others.length; ) {
		const [one, other] = [some[i]!, others[j]!];
		const order = compare(one.clientKpiId, other.clientKpiId) || compare(one.ownKey, other.ownKey);
		if (order === 0) return true;
		if (order < 0) i++;
		else j++;
	}
	return false;
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
	const groups = new Map<Key, Row[]>();
	for (const row of rows) {
		const key = keyOf(row);
		const group = groups.get(key);
		if (group) group.push(row);
		else groups.set(key, [row]);
	}
	return groups;
}
