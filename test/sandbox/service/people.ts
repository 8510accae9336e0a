import type { ServiceConsent } from './settings';

/** An account that a person may let the app see. */
export interface ShownAccount {
	id: string;
	name: string;
}

/** The same, with the consent of the sandbox that it belongs to. */
export interface OwnAccount extends ShownAccount {
	consent: string;
}

/** Who can sign in, each with the accounts of all consents of that login. */
export function listPeople(
	consents: Iterable<ServiceConsent>,
	accountsOf: (consent: string) => readonly ShownAccount[],
): Map<string, OwnAccount[]> {
	const people = new Map<string, OwnAccount[]>();
	for (const { name: consent, user } of consents) {
		const own = accountsOf(consent).map((account) => ({ ...account, consent }));
		people.set(user, [...(people.get(user) ?? []), ...own]);
	}
	return people;
}
