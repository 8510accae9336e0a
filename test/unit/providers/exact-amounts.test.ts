import { describe, expect, it } from '@jest/globals';

import { parseJson } from '../../../nodes/engine/http/json';
import { readEcb } from '../../../nodes/Database/exchange-rate/ecb';
import { hubspotDeal, linesOf, pipedriveDeal } from './crm-deals';
import { monthRecord, rowOf as myobRow } from './myob/months';
import { june, profitAndLoss } from './xero/fixtures';
import { normalised, rawMonth } from './xero/months';

/** A number whose cent is another one once it went through a double, and what a column holds of it. */
const SENT = '8999000001.014999';
const STORED = '8999000001.01';

/** The value as it comes out of a reply in which the marked text is that JSON number. */
function received<T>(value: T): T {
	return parseJson(JSON.stringify(value).replaceAll('"@"', SENT)) as T;
}

describe('an amount that a reply sends as a JSON number with many digits', () => {
	it('would lose its cent as a double', () => {
		expect(String(Number(SENT))).toBe('8999000001.015');
	});

	it.each([
		['hubspot', hubspotDeal({ amount: '@' }, [['11', '2026-09-01T00:00:00Z']])],
		['pipedrive', pipedriveDeal({ value: '@', stage_change_time: '2026-07-28T07:51:28Z' })],
	] as const)('is stored to the cent: %s', (crm, record) => {
		expect(linesOf(crm, received(record)).at(-1)).toMatch(new RegExp(`active ${STORED}$`));
	});

	it('is stored to the cent: myob', () => {
		const { profitAndLoss: report, register } = received(monthRecord({ result: { sales: '@' } }));
		const sketch = { result: { sales: 0 }, report, register: { sales: register.lines[0]!.Activity } };
		expect(myobRow(sketch).row).toMatchObject({ revenue: STORED, netProfit: STORED });
	});

	it('is stored to the cent: xero', () => {
		const text = JSON.stringify(profitAndLoss('global'));
		const amounts = [...text.matchAll(/"Value":"(-?\d+\.\d\d)"/g)].map(([, amount]) => amount!);
		expect(amounts.length).toBeGreaterThan(3);
		// As numbers instead of texts, the figures are the same.
		const asNumbers = parseJson(text.replaceAll(/"Value":"(-?\d+\.\d\d)"/g, '"Value":$1'));
		expect(normalised(rawMonth(june(asNumbers)))).toEqual(normalised(rawMonth(june())));
	});
});

describe('a rate of a bank', () => {
	it('keeps all its digits', () => {
		const csv = `CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE\r\nIDR,EUR,2026-06-30,18123.1234567890123456789\r\n`;
		expect(readEcb(csv, '2026-07-01').rates).toMatchObject([{ rate: '18123.1234567890123456789' }]);
	});
});
