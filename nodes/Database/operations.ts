import type { Operations } from '../shared/n8n/operations';
import { getSchemaStatus } from './schema/get-status';
import { migrateSchema } from './schema/migrate';
import { createTenants } from './tenant/create';
import { getTenants } from './tenant/get-many';

export const databaseOperations: Operations = {
	'schema:getStatus': getSchemaStatus,
	'schema:migrate': migrateSchema,
	'tenant:create': createTenants,
	'tenant:getAll': getTenants,
};
