import { z } from 'zod/v4';

import type { Control } from '../service/controls';
import type { MyobSandbox } from './myob';

const MONTH = z.strictObject({ fileId: z.string(), month: z.string() });
const TOTALS = MONTH.extend({ basis: z.enum(['accrual', 'cash']).optional() });
const EDIT = MONTH.extend({
	revenue: z.string().optional(),
	expenses: z.string().optional(),
	cash: z.string().optional(),
});

/** The controls that MYOB has besides those of all providers. */
export function myobControls(myob: MyobSandbox): Record<string, Control> {
	return {
		'GET /file': (input) => myob.file(z.strictObject({ consent: z.string() }).parse(input).consent),
		'GET /totals': (input) => {
			const { fileId, month, basis } = TOTALS.parse(input);
			return myob.totals(fileId, month, basis);
		},
		'POST /edit': (input) => {
			const { fileId, month, ...edit } = EDIT.parse(input);
			myob.edit(fileId, month, edit);
		},
		'POST /delete-income': (input) => {
			const { fileId, month } = MONTH.parse(input);
			myob.deleteIncome(fileId, month);
		},
	};
}
