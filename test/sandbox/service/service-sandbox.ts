import type { Clock } from '../core/clock';
import { FAULT_KINDS, FaultQueue } from '../core/faults';
import type { Delivery, Reply, SandboxRequest } from '../core/reply';
import { RequestLog, type RequestEntry } from '../core/request-log';
import type { Admission, ApiCall, CallFacts, ServiceFacts } from './facts';
import type { Registration } from './authorize';
import type { ShownAccount } from './people';
import { OAuthService } from './oauth';
import type { ConnectedTokens, ConnectOptions, ProviderSandbox } from './provider-sandbox';
import { RequestHandler } from './request-handler';
import type { ServiceConsent, ServiceSettings } from './settings';
import { TokenStore, type Grant } from './tokens';

/**
 * One provider of the sandbox: what a test sets up, changes and asks afterwards. What is the provider's alone, a
 * subclass says.
 */
export abstract class ServiceSandbox<Consent extends ServiceConsent, Settings extends ServiceSettings>
	implements ProviderSandbox
{
	readonly faults: FaultQueue;
	protected readonly tokens: TokenStore;
	protected readonly oauth: OAuthService;
	private readonly log = new RequestLog();
	private readonly handler: RequestHandler;
	private currentSettings: Settings;
	private base = '';
	private readonly registration: Registration = { redirectUris: null, signedInAs: null };

	constructor(
		protected readonly clock: Clock,
		protected readonly facts: ServiceFacts<Consent, Settings>,
		private readonly initial: Partial<Settings>,
	) {
		const { client, consents, displayName, oauth, faults } = facts;
		this.currentSettings = { ...facts.settings, ...initial };
		const settings = (): Settings => this.currentSettings;
		this.tokens = new TokenStore(clock, settings, oauth.tokens);
		this.oauth = new OAuthService({
			...{ displayName, client, clock, settings, consents, oauth },
			...{ tokens: this.tokens, registration: this.registration },
		});
		const own = [...Object.keys(faults.replies), ...Object.keys(faults.rewritten ?? {})];
		this.faults = new FaultQueue([...FAULT_KINDS, ...own], {
			usual: faults.path,
			...{ invalidGrant: oauth.tokenPath, invalidClient: oauth.tokenPath },
			...faults.paths,
		});
		this.handler = new RequestHandler({
			...{
				clock,
				facts,
				settings,
				tokens: this.tokens,
				oauth: this.oauth,
				faults: this.faults,
				log: this.log,
			},
			answers: {
				answer: (call) => this.answer(call),
				callOf: (request, grant) => this.callOf?.(request, grant) ?? {},
				admit: (call) => this.admit?.(call) ?? { headers: {} },
			},
		});
	}

	/** The API's reply to a call whose token is good and that the limits let through. */
	protected abstract answer(call: ApiCall): Reply | Promise<Reply>;

	/** Which account a call is for; asked before token and limits are looked at, the grant null where it is not good. */
	protected callOf?(request: SandboxRequest, grant: Grant | null): CallFacts;

	/** Counts a call against the limits. Called before the faults: what the limits refuse meets none. */
	protected admit?(call: ApiCall): Admission;

	/** Forgets what the limits counted. */
	protected clearLimits?(): void;

	get key(): string {
		return this.facts.key;
	}

	get displayName(): string {
		return this.facts.displayName;
	}

	get client(): { readonly clientId: string; readonly clientSecret: string } {
		return this.facts.client;
	}

	get scopes(): readonly string[] {
		return this.facts.oauth.scopes;
	}

	get settings(): Readonly<Settings> {
		return this.currentSettings;
	}

	/** Where the provider is: what a credential says. */
	get endpoints(): { authUrl: string; accessTokenUrl: string; apiBaseUrl: string } {
		const { authorizePath, tokenPath } = this.facts.oauth;
		return {
			authUrl: this.base + authorizePath,
			accessTokenUrl: this.base + tokenPath,
			apiBaseUrl: this.base,
		};
	}

	/** How the application proves itself at the token endpoint, as a credential says it. */
	get clientAuthentication(): 'header' | 'body' {
		return this.facts.oauth.clientAuthentication;
	}

	/** Told once by the server: where the sandbox is. */
	mount(url: string): void {
		this.base = url + this.prefix;
	}

	/** What stands before all its paths. */
	get prefix(): string {
		return `/${this.key}`;
	}

	/** Whether a path is this provider's. */
	knows(path: string): boolean {
		return path === this.prefix || path.startsWith(`${this.prefix}/`);
	}

	async handle(incoming: SandboxRequest): Promise<Delivery> {
		const path = incoming.path.slice(this.prefix.length) || '/';
		return await this.handler.handle({ ...incoming, path }, this.base);
	}

	consents(): string[] {
		return [...this.facts.consents.keys()];
	}

	/** What the consent page says of a consent. */
	shown(consent: string): string {
		return this.consent(consent).shown;
	}

	/** A fresh authentication, as if a person had agreed on the consent page. */
	connect(consent: string, options: ConnectOptions = {}): ConnectedTokens {
		const scopes = options.scopes ?? this.scopes;
		const grant = this.oauth.grantFor(this.consent(consent), scopes, options);
		const { accessToken, refreshToken, expiresIn } = this.tokens.issue(grant);
		const expiresAt = new Date(Date.now() + expiresIn * 1000);
		const metadata = this.facts.oauth.metadata?.(grant, this.base) ?? {};
		return { accessToken, refreshToken: refreshToken ?? '', expiresIn, expiresAt, metadata };
	}

	/** Changes some of the limits and lives. */
	setLimits(limits: Partial<Settings>): Settings {
		this.currentSettings = { ...this.currentSettings, ...limits };
		return { ...this.currentSettings };
	}

	/** Lets access tokens end now: of one consent, or all. Their refresh tokens live. */
	expireAccessTokens(consent?: string): void {
		this.tokens.expireAccess(consent);
	}

	/** The person takes back this consent: its tokens die (invalid_grant). */
	revoke(consent: string): void {
		for (const grant of this.tokens.grantsOf(consent)) grant.revoked = true;
	}

	/** A consent comes to its end, as those that lie unused do: it can no longer be refreshed. */
	lapse(consent: string): void {
		for (const grant of this.tokens.grantsOf(consent)) grant.lapsed = true;
	}

	/** Who a browser is signed in as that has no session of its own; null: it has to sign in first. */
	signIn(login: string | null): void {
		if (login !== null && !this.people().includes(login))
			throw new Error(`There is no login "${login}". There are: ${this.people().join(', ')}.`);
		this.registration.signedInAs = login;
	}

	/** Whose login a consent is of. */
	loginOf(consent: string): string {
		return this.consent(consent).user;
	}

	/**
	 * What to choose on the page for a consent, once for each time that it is given: undefined where the page lets choose
	 * none.
	 */
	pageChoices(consent: string): Array<ShownAccount | undefined> {
		const { isForAll, addsUp, accounts } = this.facts.oauth;
		if (isForAll) return [undefined];
		return accounts(this.consent(consent).name).slice(0, addsUp ? undefined : 1);
	}

	/** The logins that there are. */
	people(): string[] {
		return [...new Set([...this.facts.consents.values()].map(({ user }) => user))];
	}

	/** The only addresses that a consent may lead back to; null: any that the provider would register. */
	registerRedirects(uris: readonly string[] | null): void {
		this.registration.redirectUris = uris;
	}

	/** Takes away faults, log, counted limits and changed limits; tokens, edits and time stay. */
	clear(): void {
		this.faults.clear();
		this.log.clear();
		this.clearLimits?.();
		this.currentSettings = { ...this.facts.settings, ...this.initial };
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
		return [...this.tokens.issuedSecrets(), this.client.clientSecret];
	}

	protected consent(name: string): Consent {
		const consent = this.facts.consents.get(name);
		if (consent) return consent;
		throw new Error(`There is no consent "${name}". There are: ${this.consents().join(', ')}.`);
	}
}
