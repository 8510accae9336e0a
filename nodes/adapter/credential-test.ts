import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { getPool, unverifiedTls } from '../../db/postgres/pool';
import { keyRing } from '../../db/vault/key-ring';
import { schemaStatus } from '../../db/schema/status';
import { readDatabaseSettings } from './database';
import { explain } from './errors';
import { readKeyRingFields } from './key-ring';

/** Connects and reports the schema version, with warnings if login, database or TLS allow more than necessary. */
export async function postgresConnection(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const settings = readDatabaseSettings(credential.data ?? {});
		const { version, warnings, unfit } = await schemaStatus(getPool(settings));
		if (unfit.length > 0) return { status: 'Error', message: unfit.join(' ') };
		return {
			status: 'OK',
			message: [versionLine(version), ...unverifiedTls(settings), ...warnings].join(' '),
		};
	} catch (error) {
		return failed(error);
	}
}

/** Parses the key ring, so that a truncated or mistyped key is noticed before a sync needs it. */
export async function tokenKeyRing(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const fields = readKeyRingFields(credential.data ?? {});
		keyRing(fields);
		return {
			status: 'OK',
			message: `The key ring is valid. New tokens are encrypted with the key "${fields.activeKeyId}".`,
		};
	} catch (error) {
		return failed(error);
	}
}

function versionLine(version: string | null): string {
	return version
		? `Connected. Schema version ${version}.`
		: 'Connected. There is no Zixly schema yet: run the workflow "Zixly Setup" once.';
}

function failed(error: unknown): INodeCredentialTestResult {
	const { message, description } = explain(error as Error);
	return { status: 'Error', message: `${message}. ${description}`.trim() };
}
