import type { ReadingOperations } from '../adapter/agent-tools';
import type { Operations } from '../adapter/operations';
import { getClients } from './client/get-many';
import { linkClients, unlinkClients } from './client/link';
import { importRates } from './exchange-rate/import';
import { loadRates } from './exchange-rate/load';
import { getFinancials } from './kpi/get-financials';
import { getFunnel } from './kpi/get-funnel';
import { getMetricSeries } from './kpi/get-metric-series';
import { createReaders } from './reader/create';
import { revokeReaders } from './reader/revoke';
import { getSchemaStatus } from './schema/get-status';
import { migrateSchema } from './schema/migrate';
import { createTenants } from './tenant/create';
import { deleteTenants } from './tenant/delete';
import { getTenants } from './tenant/get-many';
import { pauseTenants, resumeTenants } from './tenant/pause';
import { updateTenants } from './tenant/update';

export const databaseOperations: Operations = {
	'client:getAll': getClients,
	'client:link': linkClients,
	'client:unlink': unlinkClients,
	'exchangeRate:import': importRates,
	'exchangeRate:load': loadRates,
	'kpi:getFinancials': getFinancials,
	'kpi:getFunnel': getFunnel,
	'kpi:getMetricSeries': getMetricSeries,
	'reader:create': createReaders,
	'reader:revoke': revokeReaders,
	'schema:getStatus': getSchemaStatus,
	'schema:migrate': migrateSchema,
	'tenant:create': createTenants,
	'tenant:delete': deleteTenants,
	'tenant:getAll': getTenants,
	'tenant:pause': pauseTenants,
	'tenant:resume': resumeTenants,
	'tenant:update': updateTenants,
};

/** What an AI agent may use. */
export const databaseReading: ReadingOperations = new Set([
	'kpi:getFinancials',
	'kpi:getFunnel',
	'kpi:getMetricSeries',
	'tenant:getAll',
	'client:getAll',
	'schema:getStatus',
]);
