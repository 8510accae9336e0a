import type { AccountFacts } from '../../db/integrations/accounts';

/** A provider's account, as messages carry it; `timezone` is an IANA name, `currency` an ISO 4217 code. */
export interface Account {
	id: string;
	/** The id if the provider does not report a name. */
	name: string;
	timezone: string;
	currency: string;
}

/** ISO 4217's code for "no currency". */
export const NO_CURRENCY = 'XXX';

/** The account as messages carry it. Defaults replace unknown values; they are not stored. */
export function accountFrom({ id, name, timezone, currency }: AccountFacts): Account {
	return { id, name: name ?? id, timezone: timezone ?? 'Etc/UTC', currency: currency ?? NO_CURRENCY };
}
