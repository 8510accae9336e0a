import type { Clock } from '../core/clock';
import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import { ServiceSandbox, type Admission, type ApiCall, type CallFacts } from '../service';
import { apiReply } from './api';
import { catalogue, type Consent, type Organisation } from './catalogue';
import { localDate, monthOf } from './calendar';
import { centsOf } from './cents';
import { ConnectionBook } from './connections';
import { xeroFacts } from './facts';
import { Ledger } from './ledger';
import { XeroLimitBook } from './limits';
import { apiKeyOf } from './organisation';
import { problems } from './problems';
import type { XeroLimits } from './settings';
import { totalsOf, type Basis, type Totals } from './totals';

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

/** The Xero side of the sandbox: its data, and what is Xero's alone. */
export class XeroSandbox extends ServiceSandbox<Consent, XeroLimits> {
	private readonly connections: ConnectionBook;
	private readonly ledgers = new Map<string, Ledger>();
	private readonly limitBook: XeroLimitBook;

	constructor(clock: Clock, seed: string, initial: Partial<XeroLimits>) {
		const connections = new ConnectionBook();
		super(
			clock,
			xeroFacts(clock, catalogue(seed), connections, () => this.settings.renewsEvent > 0),
			initial,
		);
		this.connections = connections;
		this.limitBook = new XeroLimitBook(clock, () => this.settings);
		for (const organisation of this.allOrganisations()) this.openBooks(organisation, seed);
	}

	/** Xero stands at the sandbox's root. */
	override get prefix(): string {
		return '';
	}

	/** `/elsewhere` is where the redirect fault leads. */
	override knows(path: string): boolean {
		return /^\/(identity\/connect|connections|api\.xro|elsewhere)(\/|$)/.test(path);
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

	/** Counts calls that something else made of the organisation's minute and day. */
	spendLimit(organisationId: string, calls: number): void {
		this.limitBook.spend(this.ledger(organisationId).organisation.id, calls);
	}

	/** The person takes back this consent alone: its connections go too. */
	override revoke(consent: string): void {
		super.revoke(consent);
		for (const grant of this.tokens.grantsOf(consent)) this.connections.removeGrant(grant);
	}

	/** Disconnects one organisation: it is gone from `/connections` and answers 403. */
	disconnect(organisationId: string): void {
		this.connections.removeOrganisation(organisationId);
	}

	override issuedSecrets(): string[] {
		return [...super.issuedSecrets(), ...this.allOrganisations().map(apiKeyOf)];
	}

	protected override callOf({ headers, query }: SandboxRequest): CallFacts {
		const account = headers['xero-tenant-id']?.toString();
		return { account, month: query.get('fromDate')?.slice(0, 7) };
	}

	protected override admit({ request, grant, account }: ApiCall): Admission {
		if (isConnections(request)) return { headers: {} };
		const ledger = this.ledgers.get(account ?? '');
		if (!ledger || !this.connections.reaches(grant.user, ledger.organisation.id)) {
			return { refusal: problems.organisationGone(), headers: {} };
		}
		return this.limitBook.admit(ledger.organisation.id);
	}

	protected override answer({ request, grant, account }: ApiCall): Reply {
		if (isConnections(request)) return this.connectionsReply(request, grant.user);
		return apiReply(request, this.ledger(account ?? ''), grant.scopes, this.clock.now());
	}

	protected override clearLimits(): void {
		this.limitBook.clear();
	}

	private connectionsReply(request: SandboxRequest, user: string): Reply {
		if (request.path === '/connections' && request.method === 'GET') {
			return jsonReply(200, this.connections.list(user, request.query.get('authEventId')));
		}
		const id = /^\/connections\/([^/]+)$/.exec(request.path)?.[1];
		const removed = request.method === 'DELETE' && id !== undefined && this.connections.remove(user, id);
		return removed ? { status: 204, headers: {}, body: '' } : problems.notFound();
	}

	private allOrganisations(): Organisation[] {
		return this.consents().flatMap((name) => this.consent(name).organisations);
	}

	private openBooks(organisation: Organisation, seed: string): void {
		const anchor = monthOf(localDate(this.clock.now(), organisation.timezone));
		this.ledgers.set(organisation.id, new Ledger(organisation, seed, anchor, () => this.clock.now()));
	}

	private ledger(organisationId: string): Ledger {
		const ledger = this.ledgers.get(organisationId);
		if (ledger) return ledger;
		throw new Error(`There is no organisation "${organisationId}". See organisations(consent) for the ids.`);
	}
}

const isConnections = ({ path }: SandboxRequest): boolean => path.startsWith('/connections');
