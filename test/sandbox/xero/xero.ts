import type { Clock } from '../clock';
import { FaultQueue } from '../faults';
import type { Delivery, SandboxRequest } from '../reply';
import { RequestLog, type RequestEntry } from '../request-log';
import { catalogue, type Consent, type Organisation } from './catalogue';
import { localDate, monthOf } from './calendar';
import { centsOf } from './cents';
import { ConnectionBook } from './connections';
import { Ledger } from './ledger';
import { LimitBook } from './limits';
import { OAuthService } from './oauth';
import { apiKeyOf } from './organisation';
import { RequestHandler } from './request-handler';
import { XERO_CLIENT, XERO_LIMITS, XERO_SCOPES, type XeroLimits } from './settings';
import { TokenStore } from './tokens';
import { totalsOf, type Basis, type Totals } from './totals';

export interface ConnectOptions {
	/** The scopes granted; default: all. */
	scopes?: readonly string[];
	/** Access tokens that are no JWT, so that their claims cannot be read. */
	opaque?: boolean;
}

/** The tokens that the app would hold after a person's consent. */
export interface ConnectedTokens {
	accessToken: string;
	refreshToken: string;
	/** Seconds. */
	expiresIn: number;
	/** By the machine's clock. */
	expiresAt: Date;
}

export interface ShownOrganisation {
	id: string;
	name: string;
	/** ISO 4217. */
	currency: string;
	/** IANA. */
	timezone: string;
	reportsForbidden: boolean;
}

/** Amounts to add to a month, as decimal strings that may be negative. */
export interface Edit {
	revenue?: string;
	expenses?: string;
	/** Into the bank. */
	cash?: string;
}

/** The Xero side of the sandbox: what a test sets up, changes and asks afterwards. */
export class XeroSandbox {
	readonly client = XERO_CLIENT;
	readonly scopes: readonly string[] = XERO_SCOPES;
	readonly faults = new FaultQueue();
	private readonly log = new RequestLog();
	private readonly consentsByName: Map<string, Consent>;
	private readonly ledgers = new Map<string, Ledger>();
	private readonly tokens: TokenStore;
	private readonly connections = new ConnectionBook();
	private readonly limitBook: LimitBook;
	private readonly oauth: OAuthService;
	private readonly handler: RequestHandler;
	private currentLimits: XeroLimits;

	constructor(
		private readonly clock: Clock,
		seed: string,
		private readonly initialLimits: Partial<XeroLimits>,
	) {
		this.currentLimits = { ...XERO_LIMITS, ...initialLimits };
		this.consentsByName = catalogue(seed);
		const limits = (): XeroLimits => this.currentLimits;
		this.tokens = new TokenStore(clock, limits);
		this.limitBook = new LimitBook(clock, limits);
		const { tokens, connections, consentsByName: consents, faults, log, ledgers, limitBook } = this;
		this.oauth = new OAuthService({ clock, limits, consents, tokens, connections });
		const oauth = this.oauth;
		this.handler = new RequestHandler({
			clock,
			limits,
			oauth,
			tokens,
			connections,
			faults,
			log,
			ledgers,
			limitBook,
		});
		for (const organisation of this.allOrganisations()) this.openBooks(organisation, seed);
	}

	/** Whether a path is Xero's; `/elsewhere` is where the redirect fault leads. */
	knows(path: string): boolean {
		return /^\/(identity\/connect|connections|api\.xro|elsewhere)(\/|$)/.test(path);
	}

	handle(request: SandboxRequest, url: string): Promise<Delivery> {
		return this.handler.handle(request, url);
	}

	consents(): string[] {
		return [...this.consentsByName.keys()];
	}

	/** A fresh authentication, as if a person had agreed on the consent page. */
	connect(consent: string, options: ConnectOptions = {}): ConnectedTokens {
		const grant = this.oauth.grantFor(this.consent(consent), options.scopes ?? XERO_SCOPES, options.opaque);
		const { accessToken, refreshToken, expiresIn } = this.tokens.issue(grant);
		const expiresAt = new Date(Date.now() + expiresIn * 1000);
		return { accessToken, refreshToken: refreshToken ?? '', expiresIn, expiresAt };
	}

	organisations(consent: string): ShownOrganisation[] {
		return this.consent(consent).organisations.map(({ id, name, currency, timezone, reportsForbidden }) => ({
			id,
			name,
			currency,
			timezone,
			reportsForbidden,
		}));
	}

	/** The golden figures of a month (`YYYY-MM`) up to today, computed apart from the reports. */
	totals(organisationId: string, month: string, basis: Basis = 'accrual'): Totals {
		return totalsOf(this.ledger(organisationId), month, basis);
	}

	/** Books something into a month (on its first day, paid at once), so that a later sync sees other figures. */
	edit(organisationId: string, month: string, { revenue, expenses, cash }: Edit): void {
		const ledger = this.ledger(organisationId);
		const { sales, repairs, business } = ledger.chart;
		const date = `${month}-01`;
		const posting = (account: typeof sales, amount: string | undefined) =>
			amount === undefined ? [] : [{ account, date, paidOn: date, cents: centsOf(amount) }];
		const movements = cash === undefined ? [] : [{ bankAccount: business, date, cents: centsOf(cash) }];
		ledger.add({ postings: [...posting(sales, revenue), ...posting(repairs, expenses)], movements });
	}

	/** Changes some of the limits. */
	setLimits(limits: Partial<XeroLimits>): XeroLimits {
		this.currentLimits = { ...this.currentLimits, ...limits };
		return { ...this.currentLimits };
	}

	/** Counts calls that something else made of the organisation's minute and day. */
	spendLimit(organisationId: string, calls: number): void {
		this.limitBook.spend(this.ledger(organisationId).organisation.id, calls);
	}

	/** Lets access tokens end now: of one consent, or all. Their refresh tokens live. */
	expireAccessTokens(consent?: string): void {
		this.tokens.expireAccess(consent);
	}

	/** The person takes back this consent alone: its tokens die (invalid_grant), its connections go. */
	revoke(consent: string): void {
		for (const grant of this.tokens.grantsOf(consent)) {
			grant.revoked = true;
			this.connections.removeGrant(grant);
		}
	}

	/** Disconnects one organisation: it is gone from `/connections` and answers 403. */
	disconnect(organisationId: string): void {
		this.connections.removeOrganisation(organisationId);
	}

	/** Takes away faults, log, counted limits and changed limits; tokens, edits and time stay. */
	clear(): void {
		this.faults.clear();
		this.log.clear();
		this.limitBook.clear();
		this.currentLimits = { ...XERO_LIMITS, ...this.initialLimits };
	}

	get requests(): RequestEntry[] {
		return this.log.all();
	}

	clearRequests(): void {
		this.log.clear();
	}

	/** How many refreshes were asked for since the log was cleared, whatever became of them. */
	get refreshCalls(): number {
		return this.log.all().filter(({ grantType }) => grantType === 'refresh_token').length;
	}

	/** Every token, key and secret that the sandbox gave out, for a scan of what was written. */
	issuedSecrets(): string[] {
		const apiKeys = this.allOrganisations().map(apiKeyOf);
		return [...this.tokens.issuedSecrets(), ...apiKeys, XERO_CLIENT.clientSecret];
	}

	private allOrganisations(): Organisation[] {
		return [...this.consentsByName.values()].flatMap(({ organisations }) => organisations);
	}

	private openBooks(organisation: Organisation, seed: string): void {
		const anchor = monthOf(localDate(this.clock.now(), organisation.timezone));
		this.ledgers.set(organisation.id, new Ledger(organisation, seed, anchor, () => this.clock.now()));
	}

	private consent(name: string): Consent {
		const consent = this.consentsByName.get(name);
		if (consent) return consent;
		throw new Error(`There is no consent "${name}". There are: ${this.consents().join(', ')}.`);
	}

	private ledger(organisationId: string): Ledger {
		const ledger = this.ledgers.get(organisationId);
		if (ledger) return ledger;
		throw new Error(`There is no organisation "${organisationId}". See organisations(consent) for the ids.`);
	}
}
