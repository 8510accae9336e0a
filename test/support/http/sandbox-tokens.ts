import { systemClock } from '../../../nodes/engine/contract/ports';
import type { TokenSet } from '../../../db/vault/token-set';
import { ReadFailure } from '../../../nodes/engine/contract/failure';
import { exchangeRefreshToken } from '../../../nodes/engine/http/oauth';
import { xero } from '../../../nodes/providers/xero';
import { XERO_CLIENT } from '../../sandbox/xero/settings';
import { httpClient } from './client';

/** Exchanges a refresh token at the sandbox, with the code that Extract does it with. */
export async function exchangeAtSandbox(accessTokenUrl: string, refreshToken: string): Promise<TokenSet> {
	const { displayName: provider, oauth } = xero.definition;
	const { clientAuthentication } = oauth;
	const client = { provider, accessTokenUrl, clientAuthentication, ...XERO_CLIENT };
	return await exchangeRefreshToken({ ...client, http: httpClient, clock: systemClock }, refreshToken);
}

/** Whether the sandbox no longer takes the refresh token. */
export const isRefusedBySandbox = (error: unknown): boolean =>
	error instanceof ReadFailure && error.failureClass === 'reconnect_required';
