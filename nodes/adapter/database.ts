import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import type { Pool } from 'pg';

import { getPool, type DatabaseSettings } from '../../db/postgres/pool';

export const POSTGRES_CREDENTIAL = 'zixlyPostgresApi';

/** The process-wide pool for the database in the node's credential. */
export async function getDatabase(context: Pick<IExecuteFunctions, 'getCredentials'>): Promise<Pool> {
	return getPool(readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL)));
}

/** Converts the credential's fields to the settings of the database code. */
export function readDatabaseSettings(fields: ICredentialDataDecryptedObject): DatabaseSettings {
	return {
		host: String(fields.host),
		port: Number(fields.port),
		database: String(fields.database),
		user: String(fields.user),
		password: String(fields.password ?? ''),
		tls: fields.tls as DatabaseSettings['tls'],
		ca: fields.ca ? String(fields.ca) : undefined,
		maxConnections: Number(fields.maxConnections) || undefined,
	};
}
