import type { Pool } from 'pg';

import { inTenant } from '../../postgres/transaction';
import { bindWithin, lookUpLink, type Binding } from './links';

const SESSION_MINUTES = 30;

/** The right of one browser to see and end a connection. */
export interface ManageSession {
	linkId: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	until: Date;
}

/**
 * Opens or renews the session of a link of purpose `manage`, and binds the link as `bindLink` does. Its browser may do so
 * until the link ends; the last session goes on to its own end.
 */
export async function openSession(pool: Pool, linkId: string, browserHash: string): Promise<Binding> {
	const link = await lookUpLink(pool, { linkId });
	if (link?.purpose !== 'manage') return 'ended';
	return await inTenant(
		pool,
		link.tenantId,
		async (client) => {
			const binding = await bindWithin(client, link, browserHash);
			if (binding === 'bound') await client.query(OPEN, [linkId, SESSION_MINUTES]);
			return binding;
		},
		'zixly_tokens',
	);
}

const OPEN = `update etl.connect_links set session_until = now() + make_interval(mins => $2) where id = $1`;

/** The live session of a link and a browser. */
export async function findSession(
	pool: Pool,
	{ linkId, browserHash }: { linkId: string; browserHash: string },
): Promise<ManageSession | undefined> {
	const link = await lookUpLink(pool, { linkId });
	if (!link?.isInSession || link.browserHash !== browserHash || link.sessionUntil === null) return undefined;
	const { tenantId, tenantName, provider, sessionUntil } = link;
	return { linkId, tenantId, tenantName, provider, until: sessionUntil };
}
