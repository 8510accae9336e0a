import type { Clock } from '../core/clock';
import type { Reply, SandboxRequest } from '../core/reply';
import {
	LimitBook,
	ServiceSandbox,
	type Admission,
	type ApiCall,
	type CallFacts,
	type Grant,
	type ServiceFacts,
} from '../service';
import { apiReply } from './api';
import { Book } from './book';
import { catalogue } from './catalogue';
import { gidFrom } from './gid';
import { faultReplies, rewrittenReplies } from './faults';
import type { Consent, Workspace } from './model';
import { Pager } from './paging';
import { problems } from './problems';
import { ASANA_CLIENT, ASANA_SCOPES, ASANA_SETTINGS, type AsanaSettings } from './settings';
import { totalsOf, type DayTotals } from './totals';

const API = '/api/1.0';

export interface ShownProject {
	gid: string;
	name: string;
	archived: boolean;
	closed: boolean;
	workspaceGid: string;
}

/** The Asana side of the sandbox: what a test sets up, changes and asks afterwards. */
export class AsanaSandbox extends ServiceSandbox<Consent, AsanaSettings> {
	/** The workspaces with all that is in them, and what people do there. */
	readonly book: Book;

	private readonly pager: Pager;

	private readonly limits: LimitBook;

	constructor(clock: Clock, seed: string, initial: Partial<AsanaSettings> = {}) {
		const consents = catalogue(seed, clock.now().getTime());
		super(clock, factsOf(consents), initial);
		this.book = new Book(consents, () => clock.now().getTime());
		this.pager = new Pager(clock);
		this.limits = new LimitBook(
			clock,
			() => [
				{ name: 'minute', calls: this.settings.minute, seconds: this.settings.minuteSeconds },
				{ name: 'cost', calls: this.settings.cost, seconds: this.settings.minuteSeconds, weighted: true },
			],
			() => this.settings.concurrent,
		);
	}

	workspaces(consent: string): Workspace[] {
		return this.consent(consent).workspaces;
	}

	/** All projects that a consent's token lists or could list, archived ones too. */
	projects(consent: string): ShownProject[] {
		return this.workspaces(consent).flatMap(({ gid: workspaceGid, projects }) =>
			[...projects.values()].map(({ gid, name, archived, closed }) => ({
				...{ gid, name, archived, closed, workspaceGid },
			})),
		);
	}

	/** A consent's project by its name. */
	projectNamed(consent: string, name: string): ShownProject {
		const found = this.projects(consent).find((project) => project.name === name);
		if (found) return found;
		throw new Error(`The consent ${consent} has no project "${name}".`);
	}

	/** The golden metrics of a project by local day, ending with today, computed apart from the replies. */
	totals(projectGid: string, timezone: string, days = 35): Map<string, DayTotals> {
		const { workspace, project } = this.book.project(projectGid);
		return totalsOf(workspace, project, { timezone, days, now: this.clock.now().getTime() });
	}

	/** Ends the tokens of all next pages, as time would. */
	expireOffsets(): void {
		this.pager.expire();
	}

	protected override callOf({ query }: SandboxRequest): CallFacts {
		const project = query.get('project');
		const workspace = query.get('workspace') ?? (project && this.book.find(project)?.workspace.gid);
		// A fault may be ordered for a project as for a month elsewhere.
		return { account: workspace ?? undefined, month: project ?? undefined };
	}

	protected override admit({ grant, request }: ApiCall): Admission {
		const cost = request.query.get('opt_fields')?.split(',').length ?? 1;
		const call = { keys: { account: grant.id }, cost };
		const { problem, waitSeconds, release } = this.limits.admit(call);
		if (problem === null) return { headers: {}, release };
		this.limits.spend(call);
		return { refusal: problems.tooManyRequests({ 'retry-after': String(waitSeconds || 1) }), headers: {} };
	}

	protected override clearLimits(): void {
		this.limits.clear();
	}

	protected override answer({ request, grant }: ApiCall): Reply {
		if (!request.path.startsWith(`${API}/`) || request.method !== 'GET') return problems.noSuchRoute();
		const { book, pager } = this;
		const call = {
			path: request.path.slice(API.length),
			query: request.query,
			workspaces: this.reachedBy(grant),
			scopes: grant.scopes,
			offsetSeconds: this.settings.offsetSeconds,
		};
		return apiReply(call, { book, pager });
	}

	private reachedBy({ consent }: Grant): readonly Workspace[] {
		return this.workspaces(consent);
	}
}

function factsOf(consents: ReadonlyMap<string, Consent>): ServiceFacts<Consent, AsanaSettings> {
	return {
		key: 'asana',
		displayName: 'Asana',
		client: ASANA_CLIENT,
		settings: ASANA_SETTINGS,
		consents,
		oauth: {
			authorizePath: '/-/oauth_authorize',
			tokenPath: '/-/oauth_token',
			revokePath: '/-/oauth_revoke',
			clientAuthentication: 'body',
			scopes: ASANA_SCOPES,
			tokens: { rotates: false },
			tokenType: 'bearer',
			tokenFields: ({ user }) => ({
				data: { gid: gidFrom(user), name: user, email: `${user}@example.com` },
			}),
			// A token reaches all workspaces of its user, and the page lets choose none.
			isForAll: true,
			accounts: (name) =>
				(consents.get(name)?.workspaces ?? []).map(({ gid: id, name: shown }) => ({ id, name: shown })),
			scopeError: 'forbidden_scopes',
			revoked: (grant, others) => {
				for (const one of others) if (one.user === grant.user) one.revoked = true;
			},
		},
		unauthorized: (why) => (why === 'expired' ? problems.tokenExpired() : problems.notAuthorized()),
		faults: { path: `${API}/`, replies: faultReplies, rewritten: rewrittenReplies },
	};
}
