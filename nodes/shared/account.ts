import type { AccountFacts } from '../../db/integrations/accounts';

/** An organisation reachable through an integration; `timezone` is an IANA name, `currency` an ISO 4217 code. */
export interface Account {
	id: string;
	/** Its id where the provider does not say what it is called. */
	name: string;
	timezone: string;
	currency: string;
}

/** As ISO 4217 writes it. */
const NO_CURRENCY = 'XXX';

/** An account as its records carry it; what is not known of it is filled up, and noted nowhere. */
export function accountFrom({ id, name, timezone, currency }: AccountFacts): Account {
	return { id, name: name ?? id, timezone: timezone ?? 'Etc/UTC', currency: currency ?? NO_CURRENCY };
}
