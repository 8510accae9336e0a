const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day that an instant is in a zone (IANA name), `YYYY-MM-DD`. */
export function localDay(instant: number, timezone: string): string {
	const format =
		formats.get(timezone) ??
		new Intl.DateTimeFormat('en-US', {
			timeZone: timezone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
		});
	formats.set(timezone, format);
	const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
	return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

export function addDays(day: string, count: number): string {
	return new Date(noonOf(day) + count * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(earlier: string, later: string): number {
	return Math.round((noonOf(later) - noonOf(earlier)) / DAY_MS);
}

/** From one day to another, both included. */
export function daysThrough(first: string, last: string): string[] {
	return Array.from({ length: Math.max(0, daysBetween(first, last) + 1) }, (_, index) =>
		addDays(first, index),
	);
}

function noonOf(day: string): number {
	return Date.parse(`${day}T12:00:00Z`);
}
