import type { ServiceSettings } from '../service';

/** The limits and lives of the Xero sandbox; each can be set while it runs. */
export interface XeroLimits extends ServiceSettings {
	/** Requests in progress per organisation. */
	concurrent: number;
	/** Requests per organisation within `minuteSeconds`. */
	minute: number;
	/** Requests per organisation within `daySeconds`; the window is fixed. */
	day: number;
	/** Requests of all organisations within `minuteSeconds`. */
	appMinute: number;
	minuteSeconds: number;
	daySeconds: number;
	graceSeconds: number;
	refreshTokenSeconds: number;
	/** 0: an organisation that the person had connected before keeps the event of that consent. */
	renewsEvent: number;
}

export const XERO_LIMITS: Readonly<XeroLimits> = {
	concurrent: 5,
	minute: 60,
	day: 5_000,
	appMinute: 10_000,
	minuteSeconds: 60,
	daySeconds: 86_400,
	latencyMs: 0,
	accessTokenSeconds: 1_800,
	graceSeconds: 1_800,
	refreshTokenSeconds: 60 * 86_400,
	codeSeconds: 300,
	renewsEvent: 1,
};

/** The app that the sandbox knows. */
export const XERO_CLIENT = {
	clientId: 'SANDBOXCLIENTID',
	clientSecret: 'made-up-sandbox-client-secret',
} as const;

export const XERO_SCOPES = [
	'openid',
	'profile',
	'email',
	'offline_access',
	'accounting.settings.read',
	'accounting.contacts.read',
	'accounting.invoices.read',
	'accounting.payments.read',
	'accounting.banktransactions.read',
	'accounting.reports.profitandloss.read',
	'accounting.reports.banksummary.read',
	'accounting.reports.executivesummary.read',
];
