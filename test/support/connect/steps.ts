import type { ServiceKey } from '../../sandbox';
import type { Shown, Visitor } from './visitor';

/** A consent of the sandbox of each provider. */
export const CONSENTS: Readonly<Record<ServiceKey, string>> = {
	asana: 'harbour',
	hubspot: 'harbour',
	myob: 'bakehouse',
	pipedrive: 'harbour',
	xero: 'harbour',
};

/** Every account that the page offers. */
export function allAccounts({ page }: Visitor): { account: string[] } {
	const inputs = [...page.html.matchAll(/<input[^>]*name="account"[^>]*>/g)];
	return { account: inputs.map(([input]) => /value="([^"]*)"/.exec(input)?.[1] ?? '') };
}

/** The sandbox's way past its own pages: a consent by its name, or `deny`. */
export function addressOf({ page }: Visitor, consent: string): string {
	const chosen = new URL(page.url);
	chosen.searchParams.set('consent', consent);
	return chosen.href;
}

export const allow = async (visitor: Visitor, consent: string): Promise<Shown> =>
	await visitor.open(addressOf(visitor, consent));
