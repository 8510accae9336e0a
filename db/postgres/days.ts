const DAY =
	/^(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))$/;

/** Whether a text is a calendar day, `YYYY-MM-DD`, of the years 0001 to 9999. PostgreSQL has no year 0. */
export function isDay(text: string): boolean {
	return DAY.test(text) && (!text.endsWith('-02-29') || isLeapYear(Number(text.slice(0, 4))));
}

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
