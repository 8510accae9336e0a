// A process of its own that refreshes a token when it is told to, and is there to be killed.
import { poolFor, type DatabaseSettings } from '../../db/connection';
import { keyRing, type KeyRingFields } from '../../db/key-ring';
import { refreshToken, type TokenOwner, type TokenSet } from '../../db/tokens';
import { exchangeAtSandbox } from './sandbox-tokens';
import { exchangeAt } from './token-server';

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
	holderSeconds?: number;
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
	const pool = poolFor(order.settings);
	const ring = keyRing(order.ring);
	const { stale, holderSeconds } = order;
	const exchange = async (token: string): Promise<TokenSet> => await exchangeFor(order, token);
	const asked = Array.from({ length: order.callers }, () =>
		refreshToken(pool, ring, order.owner, { stale, exchange, holderSeconds }),
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
