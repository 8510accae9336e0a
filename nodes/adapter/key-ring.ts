import type { ICredentialDataDecryptedObject, IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import { keyRing, type KeyRing, type KeyRingFields } from '../../db/vault/key-ring';

const TOKEN_KEY_CREDENTIAL = 'zixlyTokenKeyApi';

export interface TokenKeyAccess {
	ring: KeyRing;
	/** Further hosts, besides the provider's own, that a stored token may be sent to. */
	allowedHosts: string[];
}

/** The key ring of the vault, with the hosts that its owner allowed. */
export async function getKeyRing(
	context: Pick<IExecuteFunctions | ILoadOptionsFunctions, 'getCredentials'>,
): Promise<TokenKeyAccess> {
	const fields = await context.getCredentials(TOKEN_KEY_CREDENTIAL);
	return { ring: keyRing(readKeyRingFields(fields)), allowedHosts: parseHosts(fields.allowedHosts) };
}

/** The same where the key is optional: undefined if the node has none. */
export async function findKeyRing(context: IExecuteFunctions): Promise<TokenKeyAccess | undefined> {
	return context.getNode().credentials?.[TOKEN_KEY_CREDENTIAL] ? await getKeyRing(context) : undefined;
}

/** Converts the credential's fields to those of the key ring. */
export function readKeyRingFields(fields: ICredentialDataDecryptedObject): KeyRingFields {
	return {
		activeKeyId: String(fields.activeKeyId ?? ''),
		activeKey: String(fields.activeKey ?? ''),
		retiredKeys: fields.retiredKeys ? String(fields.retiredKeys) : undefined,
	};
}

function parseHosts(list: unknown): string[] {
	return String(list ?? '')
		.split(',')
		.map((host) => host.trim().toLowerCase())
		.filter(Boolean);
}
