/** A calendar date, `YYYY-MM-DD`. */
type Day = string;

const DAY_MS = 86_400_000;

export const dayAfter = (day: Day, days = 1): Day =>
	new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Days on which the European Central Bank publishes: no weekends, no TARGET holidays. */
export function isTargetDay(day: Day): boolean {
	return isWeekday(day) && !['01-01', '05-01', '12-25', '12-26'].includes(day.slice(5)) && !isEaster(day);
}

/** Days on which banks in Sydney are open, as far as holidays fall on fixed dates or at Easter. */
export function isSydneyBankDay(day: Day): boolean {
	const holidays = ['01-01', '01-26', '04-25', '12-25', '12-26'];
	return isWeekday(day) && !holidays.includes(day.slice(5)) && !isEaster(day);
}

export const isWeekday = (day: Day): boolean => ![0, 6].includes(new Date(day).getUTCDay());

/** Good Friday or Easter Monday. */
function isEaster(day: Day): boolean {
	const sunday = easterSunday(Number(day.slice(0, 4)));
	return day === dayAfter(sunday, -2) || day === dayAfter(sunday, 1);
}

/** Gauss's rule as corrected by Meeus, for the Gregorian calendar. */
function easterSunday(year: number): Day {
	const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
	const moon =
		(19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
	const weekday = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - moon - (c % 4)) % 7;
	const late = Math.floor((a + 11 * moon + 22 * weekday) / 451);
	const days = moon + weekday - 7 * late + 114;
	const [month, date] = [Math.floor(days / 31), (days % 31) + 1];
	return `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}
