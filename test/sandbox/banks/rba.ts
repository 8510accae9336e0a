import type { PublishedRates, RbaDates } from './published';
import { RBA_SERIES, rateOf } from './rates';

const FIRST_DAY = '2023-01-03';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Table F11.1: a byte-order mark, rows that describe the columns with blank ones between, then a row a day. */
export function rbaFile(bank: PublishedRates, dates: RbaDates): string {
	const row = (title: string, cellOf: (series: (typeof RBA_SERIES)[number]) => string): string =>
		[title, ...RBA_SERIES.map(cellOf)].join(',');
	const lines = [
		`F11.1  EXCHANGE RATES ${','.repeat(RBA_SERIES.length)}`,
		row('Title', ({ title }) => title),
		row('Description', ({ title }) => `"${title}; indicative, at 4 pm Sydney"`),
		row('Frequency', () => 'Daily'),
		row('Type', () => 'Indicative'),
		row('Units', ({ units }) => units),
		','.repeat(RBA_SERIES.length),
		'',
		row('Source', () => 'RBA'),
		row('Publication date', ({ until }) => dateIn(dates, until ?? bank.today())),
		row('Series ID', ({ id }) => id),
		...bank.days('rba', FIRST_DAY, bank.today()).map((day) => dataRow(bank, day, dates)),
		','.repeat(RBA_SERIES.length),
	];
	return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** On the first bank day of a year nothing is quoted for Hong Kong. */
function dataRow(bank: PublishedRates, day: string, dates: RbaDates): string {
	const cells = RBA_SERIES.map((series) => {
		if (series.units === 'Index') return rateOf('index', series.id, day, series);
		return series.units === 'HKD' && day.endsWith('-01-02')
			? ''
			: (bank.rate('rba', series.units, day) ?? '');
	});
	return [dateIn(dates, day), ...cells].join(',');
}

function dateIn(form: RbaDates, day: string): string {
	const [year, month, date] = day.split('-');
	return form === 'DD/MM/YYYY' ? `${date}/${month}/${year}` : `${date}-${MONTHS[Number(month) - 1]}-${year}`;
}
