import { createHash } from 'node:crypto';

import type { Organisation } from './catalogue';
import { envelope } from './report';

/** An organisation's key as Xero's reply carries it: a secret that no one asked for. */
export function apiKeyOf(organisation: Organisation): string {
	const digest = createHash('sha256').update(`api-key/${organisation.id}`).digest('hex');
	return `SANDBOXAPIKEY${digest.slice(0, 17).toUpperCase()}`;
}

/** The reply of `/Organisation`. */
export function organisationReply(organisation: Organisation, at: Date): Record<string, unknown> {
	const details = {
		APIKey: apiKeyOf(organisation),
		Name: organisation.name,
		LegalName: organisation.name,
		PaysTax: true,
		Version: organisation.country,
		OrganisationType: 'COMPANY',
		BaseCurrency: organisation.currency,
		CountryCode: organisation.country,
		IsDemoCompany: false,
		OrganisationStatus: 'ACTIVE',
		TaxNumber: '00 000 000 000',
		FinancialYearEndDay: organisation.country === 'NZ' ? 31 : 30,
		FinancialYearEndMonth: organisation.country === 'NZ' ? 3 : 6,
		SalesTaxBasis: 'ACCRUALS',
		SalesTaxPeriod: 'QUARTERLY3',
		DefaultSalesTax: 'Tax Exclusive',
		DefaultPurchasesTax: 'Tax Exclusive',
		PeriodLockDate: '/Date(1546214400000+0000)/',
		CreatedDateUTC: '/Date(1455827393000)/',
		OrganisationEntityType: 'COMPANY',
		Timezone: organisation.xeroTimezone,
		ShortCode: `!${organisation.id.slice(0, 5)}`,
		OrganisationID: organisation.id,
		Edition: 'BUSINESS',
		Class: 'PREMIUM',
		Addresses: [],
		Phones: [],
		ExternalLinks: [],
		PaymentTerms: {},
	};
	return { ...envelope(at), Organisations: [details] };
}
