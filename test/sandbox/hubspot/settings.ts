import type { ServiceSettings } from '../service';

/** The limits and habits of the HubSpot sandbox; each can be set while it runs. */
export interface HubSpotLimits extends ServiceSettings {
	/** How many deals the portal of the consent `large` has; only when the sandbox starts. */
	largeDeals: number;
	/** Requests per portal within ten seconds; searches do not count. */
	tenSeconds: number;
	/** Searches per portal within a second, all apps together. */
	searchesASecond: number;
	/** Requests per portal and day. */
	day: number;
	/** How long after a change the search still gives what was before. */
	indexingMs: number;
	/** 1: some pages are short or empty and still have another one after them. */
	shortPages: number;
	/** 1: what was deleted still takes up places in the search, though it is not given. */
	ghosts: number;
	/** 1: ids are ordered and compared as texts. */
	idsAsTexts: number;
	/** 1: a deal that was merged answers 404, instead of as the deal that it went into. */
	mergedAreGone: number;
}

export const HUBSPOT_LIMITS: Readonly<HubSpotLimits> = {
	largeDeals: 1_000,
	tenSeconds: 100,
	searchesASecond: 5,
	day: 250_000,
	indexingMs: 0,
	shortPages: 0,
	ghosts: 0,
	idsAsTexts: 0,
	mergedAreGone: 0,
	latencyMs: 0,
	accessTokenSeconds: 1_800,
	codeSeconds: 60,
};

/** The app that the sandbox knows. */
export const HUBSPOT_CLIENT = {
	clientId: '00000000-sandbox-hubspot-client',
	clientSecret: 'made-up-hubspot-client-secret',
} as const;

export const HUBSPOT_SCOPES = [
	'oauth',
	'crm.objects.deals.read',
	'crm.objects.companies.read',
	'crm.schemas.deals.read',
	'crm.objects.contacts.read',
	'crm.objects.owners.read',
	'settings.currencies.read',
];
