import type { Pool } from 'pg';

import { createLink } from '../../../db/integrations/connect/links';
import type { ProviderSandbox } from '../../sandbox';
import { Visitor } from './visitor';

/** A tenant that connects itself, and where its links lead. */
export interface NewConnection {
	pool: Pool;
	/** The address of the start page. */
	pagesUrl: string;
	tenantId: string;
	service: ProviderSandbox;
	/** The consent of the sandbox whose login and accounts are used. */
	consent: string;
}

/**
 * Connects a tenant as a person does: opens a link, allows access on the provider's pages and confirms. Where a consent is
 * for one account, it is given once for each.
 * @throws Error with the title of the page that it ended on, if that is not the page of a connection
 */
export async function connectTenant({
	pool,
	pagesUrl,
	tenantId,
	service,
	consent,
}: NewConnection): Promise<void> {
	const provider = service.key;
	for (const account of service.pageChoices(consent)) {
		const link = { tenantId, provider, purpose: 'connect', lifetimeMinutes: 60 } as const;
		const { token } = await createLink(pool, link);
		const visitor = new Visitor();
		service.signIn(service.loginOf(consent));
		await visitor.open(`${pagesUrl}?t=${token}`);
		await visitor.press('Continue');
		await visitor.press('Allow access', { decision: 'allow', ...(account && { account: account.id }) });
		await visitor.press('Confirm', { account: listAccounts(visitor.page.html) });
		const { title, status } = visitor.page;
		if (!/ is (?:re)?connected/.test(title)) throw new Error(`Connecting ended on "${title}" (${status}).`);
	}
	service.signIn(null);
}

/** All accounts that the page offers. */
const listAccounts = (html: string): string[] =>
	[...html.matchAll(/<input\b[^>]*?name="account"[^>]*?value="([^"]*)"/g)].map(([, id]) => id!);
