/** A condition of HubSpot's search. All conditions of a group must hold. Instants are milliseconds as strings. */
export interface Filter {
	propertyName: string;
	operator: 'GT' | 'GTE' | 'LT' | 'LTE';
	value: string;
}

/** Where a search continues. */
export interface SearchPosition {
	/** All changes before this have been returned (milliseconds since 1970). */
	at: number;
	/**
	 * Null: continue with all changes from `at`. Otherwise more deals than fit on a page changed in this one millisecond;
	 * they are read by id, and this is the last id read.
	 */
	id: string | null;
}

/** Sorts before every id, as a number and as a string. */
const BEFORE_ALL = '0';

/** Adds the conditions of a position to each group. */
export function buildFilterGroups(
	groups: ReadonlyArray<readonly Filter[]>,
	{ at, id }: SearchPosition,
): Array<{ filters: Filter[] }> {
	const since: Filter = { propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: String(at) };
	const slice: Filter[] =
		id === null
			? []
			: [
					{ propertyName: 'hs_lastmodifieddate', operator: 'LTE', value: String(at) },
					{ propertyName: 'hs_object_id', operator: 'GT', value: id },
				];
	return groups.map((filters) => ({ filters: [...filters, since, ...slice] }));
}

/** How the search continues after a page. */
export interface Step {
	position: SearchPosition;
	/** Offset to request at the same position; only after an empty page that was not the last. */
	offset?: string;
	isLast: boolean;
}

/**
 * Computes where the search continues after a page.
 * @param rows the page's deals in their order, `at` in milliseconds since 1970
 * @param next the offset of the next page, if HubSpot states one
 */
export function afterPage(
	position: SearchPosition,
	rows: ReadonlyArray<{ id: string; at: number }>,
	next: string | undefined,
): Step {
	const last = rows.at(-1);
	if (next !== undefined && last === undefined) return { position, offset: next, isLast: false };
	if (position.id !== null) return afterSlice(position, last, next);
	const at = Math.max(position.at, last?.at ?? 0);
	if (next === undefined) return { position: { at, id: null }, isLast: true };
	// The whole page is of one millisecond: continuing by time would return the same page forever.
	return { position: { at, id: at === position.at ? BEFORE_ALL : null }, isLast: false };
}

/** Continues after the page's last id, whether HubSpot orders ids as numbers or as strings. */
function afterSlice(
	{ at }: SearchPosition,
	last: { id: string } | undefined,
	next: string | undefined,
): Step {
	if (next === undefined || last === undefined) return { position: { at: at + 1, id: null }, isLast: false };
	return { position: { at, id: last.id }, isLast: false };
}
