import { z } from 'zod/v4';

import type { Control } from '../service/controls';
import type { BanksSandbox } from './banks';

const BANK = z.enum(['ecb', 'rba']);
const RATE = z.strictObject({ bank: BANK, currency: z.string(), day: z.iso.date() });
const CORRECTION = RATE.extend({ rate: z.string() });
const FAULT = z.strictObject({
	bank: BANK,
	currency: z.string().optional(),
	status: z.int(),
	count: z.int().positive().optional(),
	headers: z.record(z.string(), z.string()).optional(),
	body: z.string().optional(),
});
const DATES = z.strictObject({ form: z.enum(['DD-Mon-YYYY', 'DD/MM/YYYY']) });

/** What can be asked of the banks and done to them over HTTP. */
export function banksControls(banks: BanksSandbox): Record<string, Control> {
	return {
		'GET /rate': (input) => {
			const { bank, currency, day } = RATE.parse(input);
			return { rate: banks.rate(bank, currency, day) ?? null };
		},
		'GET /requests': () => banks.requests,
		'POST /correct': (input) => banks.correct(CORRECTION.parse(input)),
		'POST /fail': (input) => banks.fail(FAULT.parse(input)),
		'POST /dates': (input) => {
			banks.rbaDates = DATES.parse(input).form;
		},
	};
}
