import type { ServiceConsent } from '../service';
import type { Portal } from './catalogue';

/** A consent reaches one portal: HubSpot's page makes a person choose. */
export interface Consent extends ServiceConsent {
	portal: Portal;
}

/** One person administers two portals. */
const SHARED: Readonly<Record<string, string>> = {
	harbour: 'sam@agency.example',
	southern: 'sam@agency.example',
};

export function consentsOf(portals: ReadonlyMap<string, Portal>): Map<string, Consent> {
	const consents = [...portals.values()].map((portal): [string, Consent] => {
		const { consent: name, domain: shown } = portal;
		return [name, { name, user: SHARED[name] ?? `owner@${shown}`, shown, portal }];
	});
	return new Map(consents);
}
