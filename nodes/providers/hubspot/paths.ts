/**
 * The dated version of HubSpot's API. A new one is released every six months and supported for eighteen. The replies used
 * here have not changed since the numbered versions.
 */
const API_VERSION = '2026-09';

const objects = `/crm/objects/${API_VERSION}`;

/** Paths relative to the API base URL. */
export const paths = {
	deals: `${objects}/deals`,
	dealSearch: `${objects}/deals/search`,
	dealBatch: `${objects}/deals/batch/read`,
	companyBatch: `${objects}/companies/batch/read`,
	dealCompanies: `/crm/associations/${API_VERSION}/deals/companies/batch/read`,
	pipelines: `/crm/pipelines/${API_VERSION}/deals`,
	accountDetails: `/account-info/${API_VERSION}/details`,
	token: `/oauth/${API_VERSION}/token`,
	introspect: `/oauth/${API_VERSION}/token/introspect`,
} as const;
