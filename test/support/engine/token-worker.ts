// A process of its own that refreshes a token when it is told to, and is there to be killed.
import { getPool, type DatabaseSettings } from '../../../db/postgres/pool';
import { keyRing, type KeyRingFields } from '../../../db/vault/key-ring';
import { refreshTokens } from '../../../db/vault/refresh';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { exchangeAtSandbox, isRefusedBySandbox } from '../http/sandbox-tokens';
import { exchangeAt, isRefusal as isRefusedByServer } from '../http/token-server';

export interface RefreshOrder {
	settings: DatabaseSettings;
	ring: KeyRingFields;
	owner: TokenOwner;
	tokenUrl: string;
	/** Whether the URL is the sandbox's, which is asked as Extract asks a provider. */
	isSandbox?: boolean;
	stale: string;
	/** How many ask at once. */
	callers: number;
	leaseSeconds?: number;
	/** Stand still, for good, with the provider's answer in hand. */
	stopBeforeSaving?: boolean;
}

export type RefreshNews =
	| { news: 'ready' }
	| { news: 'answered' }
	| { news: 'done'; accessTokens: string[] }
	| { news: 'failed'; message: string };

process.on('message', (order: RefreshOrder) => {
	void refreshAll(order).then(
		(accessTokens) => tell({ news: 'done', accessTokens }),
		(error: Error) => tell({ news: 'failed', message: error.message }),
	);
});
tell({ news: 'ready' });

async function refreshAll(order: RefreshOrder): Promise<string[]> {
	const pool = getPool(order.settings);
	const ring = keyRing(order.ring);
	const { stale, leaseSeconds } = order;
	const limits = leaseSeconds === undefined ? {} : { leaseSeconds };
	const isRefusal = order.isSandbox ? isRefusedBySandbox : isRefusedByServer;
	const exchange = async (token: string): Promise<TokenSet> => await exchangeFor(order, token);
	const asked = Array.from({ length: order.callers }, () =>
		refreshTokens(pool, ring, order.owner, { stale, exchange, isRefusal, limits }),
	);
	return (await Promise.all(asked)).map(({ accessToken }) => accessToken);
}

async function exchangeFor(order: RefreshOrder, token: string): Promise<TokenSet> {
	const exchange = order.isSandbox ? exchangeAtSandbox : exchangeAt;
	const tokens = await exchange(order.tokenUrl, token);
	tell({ news: 'answered' });
	if (order.stopBeforeSaving) await new Promise(() => undefined);
	return tokens;
}

function tell(news: RefreshNews): void {
	process.send?.(news);
}
