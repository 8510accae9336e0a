import type { Pool } from 'pg';

import { isFixedToken } from '../../../db/vault/token-kind';
import type { KeyRing } from '../../../db/vault/key-ring';
import { ReadFailure } from '../contract/failure';
import type { Clock } from '../contract/ports';
import type { ProviderDefinition } from '../contract/provider';
import { createTokenSource, type Authorisation } from '../http/tokens';
import type { RunToExtract } from '../read/run';
import { readStoredTokens } from './stored-tokens';

/** Whether a connection has a token that a person made at the provider, and not a consent. */
export const hasFixedToken = ({ metadata }: Pick<RunToExtract, 'metadata'>): boolean =>
	isFixedToken(metadata);

/** Authorises a run by the fixed token in the vault, which is sent as the provider wants it and never refreshed. */
export function authoriseByFixedToken(
	definition: ProviderDefinition,
	{ pool, ring, clock }: { pool: Pool; ring: KeyRing; clock: Clock },
	run: RunToExtract,
): Authorisation {
	const read = async (): ReturnType<typeof readStoredTokens> => await readStoredTokens(pool, ring, run);
	const refresh = async (): Promise<never> => await Promise.reject(rejected(definition));
	return {
		...{ by: 'engine', header: definition.fixedToken?.header },
		tokens: createTokenSource({ read, refresh }, clock),
	};
}

function rejected({ displayName, fixedToken }: ProviderDefinition): ReadFailure {
	const name = fixedToken?.name ?? 'token';
	return new ReadFailure(
		'reconnect_required',
		`${displayName} no longer accepts the ${name} of this connection.`,
		`It cannot be refreshed. Create a new ${name} and import it: zixly connection import.`,
	);
}
