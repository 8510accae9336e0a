export type BankName = 'ecb' | 'rba';

/** How table F11.1 writes its dates. */
export type RbaDates = 'DD-Mon-YYYY' | 'DD/MM/YYYY';

/** What the banks' files are made of. */
export interface PublishedRates {
	/** What a bank says of a day; undefined where it publishes nothing, or has not yet. */
	rate(bank: BankName, currency: string, day: string): string | undefined;
	/** The days from one to another on which a bank has published. */
	days(bank: BankName, from: string, to: string): string[];
	today(): string;
}
