import { jsonReply, type Reply } from '../core/reply';
import { dayAfter, isWeekday } from './calendar';
import type { PublishedRates } from './published';
import { ECB_ENDED, ECB_LEVELS } from './rates';

const COLUMNS =
	'KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_CONF,DECIMALS,TITLE,TITLE_COMPL,UNIT,UNIT_MULT';

const KEY = /^\/ecb\/service\/data\/EXR\/D\.([A-Z+]*)\.EUR\.SP00\.A$/;

/** The data API's answer: CSV of observations; nothing at all where there are none, 404 where there is no such series. */
export function ecbReply(bank: PublishedRates, path: string, query: URLSearchParams): Reply {
	const asked = KEY.exec(path)?.[1];
	if (asked === undefined || query.get('format') !== 'csvdata') {
		return jsonReply(400, { title: 'The key or the format is not known.' });
	}
	const currencies = asked === '' ? Object.keys(ECB_LEVELS) : asked.split('+');
	const from = query.get('startPeriod') ?? '1999-01-04';
	const to = query.get('endPeriod') ?? bank.today();
	const known = currencies.filter((one) => one in ECB_LEVELS || one in ECB_ENDED);
	if (known.length === 0) return { status: 404, headers: {}, body: 'No results found.' };
	const rows = known.flatMap((one) => series(bank, one, from, earlier(to, ECB_ENDED[one]?.until)));
	// A series that exists and has nothing in the period: not even the titles.
	if (rows.length === 0) return { status: 200, headers: { 'content-type': 'text/csv' }, body: '' };
	return { status: 200, headers: { 'content-type': 'text/csv' }, body: [COLUMNS, ...rows, ''].join('\r\n') };
}

const earlier = (day: string, until = day): string => (day < until ? day : until);

/** A holiday on a weekday has an observation without a value. */
function series(bank: PublishedRates, currency: string, from: string, to: string): string[] {
	const rows: string[] = [];
	for (let day = from; day <= to; day = dayAfter(day)) {
		const value = bank.rate('ecb', currency, day);
		if (value !== undefined) rows.push(observation(currency, day, value, 'A'));
		else if (isWeekday(day) && day < bank.today()) rows.push(observation(currency, day, '', 'H'));
	}
	return rows;
}

function observation(currency: string, day: string, value: string, status: string): string {
	const title = `${currency}/Euro ECB reference exchange rate`;
	const complete = `"ECB reference exchange rate, ${currency}/Euro, 2.15 pm (C.E.T.)"`;
	return `EXR.D.${currency}.EUR.SP00.A,D,${currency},EUR,SP00,A,${day},${value},${status},F,4,${title},${complete},${currency},0`;
}
