/**
 * The dated version of HubSpot's API, the only place that names it: a new one comes every six months, and each is
 * supported for eighteen. The shapes read here have been the same since the numbered versions.
 */
export const API_VERSION = '2026-09';

const objects = `/crm/objects/${API_VERSION}`;

/** Below the API's address. */
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
