import type { ServiceSettings } from '../service';

/** The limits and habits of the MYOB sandbox; each can be set while it runs. */
export interface MyobLimits extends ServiceSettings {
	/** Calls of all customers of the app within a second, and within a day. */
	perSecond: number;
	perDay: number;
	/** A list asked for in larger pages takes too long: 504. */
	mostRows: number;
	/** 1: the app's key is an old one, which may list company files. */
	oldKey: number;
	/** 1: the last page of a list leads on to one that is empty. */
	trailingPage: number;
	/** 1: the register takes no filter. */
	noFilter: number;
}

export const MYOB_LIMITS: Readonly<MyobLimits> = {
	perSecond: 8,
	perDay: 1_000_000,
	mostRows: 1_000,
	oldKey: 0,
	trailingPage: 0,
	noFilter: 0,
	latencyMs: 0,
	accessTokenSeconds: 1_200,
	codeSeconds: 120,
	// How long it lives is not known; one that was used is dead at once.
	refreshTokenSeconds: 7 * 86_400,
};

/** The app that the sandbox knows; its id is the API key. */
export const MYOB_CLIENT = {
	clientId: 'sandbox-myob-api-key',
	clientSecret: 'made-up-myob-client-secret',
} as const;

export const MYOB_SCOPES = [
	'sme-company-file',
	'sme-company-settings',
	'sme-general-ledger',
	'sme-sales',
	'sme-purchases',
	'sme-banking',
	'sme-contacts-customer',
	'sme-contacts-supplier',
];
