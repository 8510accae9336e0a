/** A condition of HubSpot's search; those of a group must all hold. Instants are milliseconds as text. */
export interface Filter {
	propertyName: string;
	operator: 'GT' | 'GTE' | 'LT' | 'LTE';
	value: string;
}

/** Where a search goes on. */
export interface Position {
	/** Everything changed before this was given out (milliseconds since 1970). */
	at: number;
	/**
	 * Null: everything changed from then on follows. Else only what was changed in that very millisecond, which is more
	 * than a page: it is read by id, and this is the last id read.
	 */
	id: string | null;
}

/** Smaller than every id, as a number and as a text. */
const BEFORE_ALL = '0';

/** The groups with the conditions of a position added to each. */
export function buildFilterGroups(
	groups: ReadonlyArray<readonly Filter[]>,
	{ at, id }: Position,
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

/** What follows a page. */
export interface Step {
	position: Position;
	/** The offset to ask for with the same position: only after a page that held nothing and was not the last. */
	offset?: string;
	isLast: boolean;
}

/**
 * Where the search goes on after a page.
 * @param rows the page's deals in their order, `at` in milliseconds since 1970
 * @param next the offset of the next page, where HubSpot says that there is one
 */
export function afterPage(
	position: Position,
	rows: ReadonlyArray<{ id: string; at: number }>,
	next: string | undefined,
): Step {
	const last = rows.at(-1);
	if (next !== undefined && last === undefined) return { position, offset: next, isLast: false };
	if (position.id !== null) return afterSlice(position, last, next);
	const at = Math.max(position.at, last?.at ?? 0);
	if (next === undefined) return { position: { at, id: null }, isLast: true };
	// Nothing but one millisecond on a whole page: the same page would come again and again.
	return { position: { at, id: at === position.at ? BEFORE_ALL : null }, isLast: false };
}

/** Goes on behind the page's last id, whichever way HubSpot orders ids, as numbers or as texts. */
function afterSlice({ at }: Position, last: { id: string } | undefined, next: string | undefined): Step {
	if (next === undefined || last === undefined) return { position: { at: at + 1, id: null }, isLast: false };
	return { position: { at, id: last.id }, isLast: false };
}
