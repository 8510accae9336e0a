import type { Operations } from '../shared/n8n/operations';
import { getClients } from './client/get-many';
import { linkClients, unlinkClients } from './client/link';
import { importRates } from './exchange-rate/import';
import { loadRates } from './exchange-rate/load';
import { getSchemaStatus } from './schema/get-status';
import { migrateSchema } from './schema/migrate';
import { createTenants } from './tenant/create';
import { getTenants } from './tenant/get-many';

export const databaseOperations: Operations = {
	'client:getAll': getClients,
	'client:link': linkClients,
	'client:unlink': unlinkClients,
	'exchangeRate:import': importRates,
	'exchangeRate:load': loadRates,
	'schema:getStatus': getSchemaStatus,
	'schema:migrate': migrateSchema,
	'tenant:create': createTenants,
	'tenant:getAll': getTenants,
};
