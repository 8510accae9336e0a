/** The driver gives instants as Date objects; what leaves this room is ISO 8601 text in UTC, as items carry it. */
export function withIsoInstants<Row extends object>(row: Row): Row {
	const entries = Object.entries(row).map(([name, value]) => [
		name,
		value instanceof Date ? value.toISOString() : value,
	]);
	return Object.fromEntries(entries) as Row;
}
