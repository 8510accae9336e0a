import { z } from 'zod/v4';

import type { Control } from '../service/controls';
import type { XeroSandbox } from './xero';

const CONSENT = z.strictObject({ consent: z.string() });
const TOTALS = z.strictObject({
	organisationId: z.string(),
	month: z.string(),
	basis: z.enum(['accrual', 'cash']).optional(),
});
const EDIT = z.strictObject({
	organisationId: z.string(),
	month: z.string(),
	revenue: z.string().optional(),
	expenses: z.string().optional(),
	cash: z.string().optional(),
});
const ORGANISATION = z.strictObject({ organisationId: z.string() });
const SPEND = z.strictObject({ organisationId: z.string(), calls: z.int().positive() });

/** The controls that Xero has besides those of all providers. */
export function xeroControls(xero: XeroSandbox): Record<string, Control> {
	return {
		'GET /organisations': (input) => xero.organisations(CONSENT.parse(input).consent),
		'GET /totals': (input) => {
			const { organisationId, month, basis } = TOTALS.parse(input);
			return xero.totals(organisationId, month, basis);
		},
		'POST /edit': (input) => {
			const { organisationId, month, ...edit } = EDIT.parse(input);
			xero.edit(organisationId, month, edit);
		},
		'POST /spend': (input) => {
			const { organisationId, calls } = SPEND.parse(input);
			xero.spendLimit(organisationId, calls);
		},
		'POST /disconnect': (input) => xero.disconnect(ORGANISATION.parse(input).organisationId),
	};
}
