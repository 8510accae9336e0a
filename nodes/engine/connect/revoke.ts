import { isFixedToken } from '../../../db/vault/token-kind';
import { FAILURE_CLASSES } from '../../shared/failure-classes';
import { asFailure } from '../contract/failure';
import type { DiscoveryContext } from '../contract/provider';
import { systemClock } from '../contract/ports';
import { backoffMs } from '../http/backoff';
import { explainRefusal } from '../http/oauth';
import { isGrantRefused, parseOAuthError } from '../http/oauth-errors';
import { postForm } from '../http/oauth-request';
import { parseAnswer } from '../http/token-reply';
import { openConsentApi, type ConsentParts, type KnownConsent } from './consent-api';
import { openOAuthClient } from './provider-credential';

export interface ConsentToRevoke extends KnownConsent {
	/** The accounts that this connection alone reads or, for a consent that was not confirmed, that it alone gave. */
	accountIds: readonly string[];
	/** Whether any other connection, of any tenant, has the same account and user at the provider. */
	isShared: boolean;
}

/** `forgotten`: the tokens must still be wiped, and the person must remove the application at the provider. */
export type Revocation = 'revoked' | 'forgotten';

/**
 * Ends at the provider what a consent alone gave, and nothing that another connection uses. Never throws: whatever the
 * provider answers, the connection ends here. Safe to repeat.
 */
export async function revokeConsent(parts: ConsentParts, consent: ConsentToRevoke): Promise<Revocation> {
	const { definition } = parts;
	try {
		// A person made it at the provider, and may use it elsewhere.
		if (isFixedToken(consent.metadata)) return 'forgotten';
		// The accounts of one person are ended one by one, where the provider can: others may stay connected.
		if (definition.accounts.disconnect) return await disconnectAccounts(parts, consent);
		if (definition.oauth.revokePath === undefined || consent.isShared) return 'forgotten';
		return await revokeToken(parts, definition.oauth.revokePath, consent);
	} catch (error) {
		const { tokens } = consent;
		const { failureClass, message } = asFailure(error, [tokens.accessToken, tokens.refreshToken ?? '']);
		parts.log?.warn(`${definition.displayName}: not revoked (${failureClass}): ${message}`);
		return 'forgotten';
	}
}

async function disconnectAccounts(parts: ConsentParts, consent: ConsentToRevoke): Promise<Revocation> {
	if (consent.accountIds.length === 0) return 'forgotten';
	const discovery: DiscoveryContext = openConsentApi(parts, consent);
	await parts.definition.accounts.disconnect!(discovery, consent.accountIds);
	return 'revoked';
}

const MAX_RETRIES = 2;

/** Revoking again is harmless (RFC 7009, 2.2). */
async function revokeToken(
	parts: ConsentParts,
	path: string,
	{ tokens }: ConsentToRevoke,
): Promise<Revocation> {
	const { refreshToken, accessToken } = tokens;
	const token = refreshToken ?? accessToken;
	if (token === '') return 'forgotten';
	const client = openOAuthClient(parts);
	const url = new URL(path, client.accessTokenUrl).href;
	const form = { token, token_type_hint: refreshToken === null ? 'access_token' : 'refresh_token' };
	const { clock = systemClock } = parts;
	for (let tries = 0; ; tries++) {
		const reply = await postForm(client, url, form).catch((error: unknown) => {
			if (tries === MAX_RETRIES) throw error;
		});
		if (reply) {
			const code = parseOAuthError(parseAnswer(reply.body));
			if ((reply.status >= 200 && reply.status < 300) || isGrantRefused(code)) return 'revoked';
			const failure = explainRefusal(client, reply, code);
			if (!FAILURE_CLASSES[failure.failureClass].transient || tries === MAX_RETRIES) throw failure;
		}
		await clock.sleep(backoffMs(tries, clock.random));
	}
}
