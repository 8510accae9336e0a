import type { Pool } from 'pg';

import type { Sandbox } from '../../sandbox';
import { metricDifferences } from './asana';
import { financialDifferences } from './financials';
import { expectedRows } from './hubspot';
import { leadRowsOf } from './lead-rows';
import { mapDifferences } from './map-differences';
import { leadDifferences } from './pipedrive';
import type { Tenant } from '../n8n/scenario';

/** Holds what the tables have of a tenant's connection against the sandbox's own totals: a sentence per difference. */
type Comparison = (admin: Pool, sandbox: Sandbox, tenant: Tenant) => Promise<string[]>;

/** Asana states no time zone: what a connection must say of it to be compared. */
export const ASANA_TIMEZONE = 'Australia/Sydney';

const COMPARISONS: Readonly<Record<string, Comparison>> = {
	asana: async (admin, sandbox, tenant) => await metricDifferences(admin, sandbox, tenant, ASANA_TIMEZONE),
	hubspot: portalDifferences,
	myob: financialDifferences,
	pipedrive: leadDifferences,
	xero: financialDifferences,
};

/** Every row of a connection that differs from the sandbox's totals, is missing or is too much. */
export const differences: Comparison = async (admin, sandbox, tenant) => {
	const compare = COMPARISONS[tenant.provider];
	if (!compare) return [`Nothing says what is expected of ${tenant.provider}.`];
	const wrong = await compare(admin, sandbox, tenant);
	return wrong.map((line) => `${tenant.name}, ${line}`);
};

const STALE_AFTER_MS = 30 * 86_400_000;

async function portalDifferences(admin: Pool, { hubspot }: Sandbox, tenant: Tenant): Promise<string[]> {
	const { currency } = hubspot.portal(tenant.consent);
	const staleBefore = new Date(Date.now() - STALE_AFTER_MS).toISOString();
	const deals = hubspot.books(tenant.consent).expected();
	const expected = expectedRows(deals, { portalCurrency: currency, staleBefore });
	return mapDifferences(expected, await leadRowsOf(admin, tenant.id));
}
