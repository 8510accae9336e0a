import type { ServiceConsent } from '../service';
import type { Portal } from './catalogue';

/** A consent reaches one portal: HubSpot's page makes a person choose. */
export interface Consent extends ServiceConsent {
	portal: Portal;
}

export function consentsOf(portals: ReadonlyMap<string, Portal>): Map<string, Consent> {
	const consents = [...portals.values()].map((portal): [string, Consent] => {
		const { consent: name, domain: shown } = portal;
		return [name, { name, user: `owner@${shown}`, shown, portal }];
	});
	return new Map(consents);
}
