/** An organisation reachable through an integration; `timezone` is an IANA name, `currency` an ISO 4217 code. */
export interface Account {
	id: string;
	/** Its id where the provider does not say what it is called. */
	name: string;
	timezone: string;
	currency: string;
}
