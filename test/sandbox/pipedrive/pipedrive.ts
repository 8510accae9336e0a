import type { Clock } from '../core/clock';
import type { Reply, SandboxRequest } from '../core/reply';
import { ServiceSandbox, type Admission, type ApiCall, type CallFacts, type Grant } from '../service';
import { routeOf, type Route } from './api';
import { BudgetBook } from './budget';
import type { Company } from './company';
import { pipedriveFacts, type PipedriveConsent } from './facts';
import { problems } from './problems';
import { companyFrom } from './seed';
import type { PipedriveLimits } from './settings';
import { entriesOf, funnelOf, type ExpectedEntry, type FunnelLine } from './totals';

/** The Pipedrive side of the sandbox: its companies, and what is Pipedrive's alone. */
export class PipedriveSandbox extends ServiceSandbox<PipedriveConsent, PipedriveLimits> {
	private readonly companies = new Map<string, Company>();
	private readonly budget: BudgetBook;

	constructor(clock: Clock, seed: string, initial: Partial<PipedriveLimits>) {
		super(clock, pipedriveFacts, initial);
		this.budget = new BudgetBook(clock, () => this.settings);
		for (const [name, { sketch }] of pipedriveFacts.consents) {
			this.companies.set(
				name,
				companyFrom(sketch, seed, () => clock.now()),
			);
		}
	}

	/** The company of a consent, with all that may happen to its deals. @throws Error where there is none */
	company(consent: string): Company {
		return this.companies.get(this.consent(consent).name)!;
	}

	/** The golden rows of the deals that are there, computed apart from the lists and flows. */
	entries(consent: string, staleDays = 30): ExpectedEntry[] {
		return entriesOf(this.company(consent), this.clock.now(), staleDays);
	}

	/** The golden funnel: each deal once, where it stands. */
	funnel(consent: string, staleDays = 30): FunnelLine[] {
		return funnelOf(this.entries(consent, staleDays));
	}

	/** Counts tokens that another app of the company used today. */
	spendTokens(consent: string, tokens: number): void {
		this.budget.spend(this.company(consent), tokens);
	}

	/** What is left of a company's tokens of today. */
	tokensLeft(consent: string): number {
		return this.budget.remaining(this.company(consent));
	}

	protected override callOf(_request: SandboxRequest, grant: Grant | null): CallFacts {
		return grant ? { account: String(this.company(grant.consent).id) } : {};
	}

	protected override admit({ request, grant }: ApiCall): Admission {
		const route = this.calledRoute(request);
		if (!route) return { headers: {} };
		const [, token = ''] = (request.headers.authorization ?? '').split(' ');
		return this.budget.admit(this.company(grant.consent), token, route.cost);
	}

	protected override answer({ request, grant }: ApiCall): Reply {
		const route = this.calledRoute(request);
		if (!route) return problems.notFound('Route');
		if (!grant.scopes.includes(route.scope)) return problems.scopeMismatch();
		return route.answer(this.company(grant.consent), request.query);
	}

	protected override clearLimits(): void {
		this.budget.clear();
	}

	private calledRoute({ method, path }: SandboxRequest): Route | undefined {
		return method === 'GET' ? routeOf(path, this.settings.commonHost > 0) : undefined;
	}
}
