import type { Pool } from 'pg';

import type { AccountEntry } from '../../../db/integrations/accounts';
import { createIntegration } from '../../../db/integrations/integrations';
import { generateKey, keyRing, type KeyRing } from '../../../db/vault/key-ring';
import { claimDue } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import type { TokenSet } from '../../../db/vault/token-set';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import type { BudgetLimits } from '../../../nodes/engine/limits/budget';
import { systemClock, type Clock } from '../../../nodes/engine/contract/ports';
import type { ExtractMode, RunToExtract } from '../../../nodes/engine/read/run';
import { RateLimiters } from '../../../nodes/engine/limits/rate-limiter';
import type { ProviderCredential } from '../../../nodes/engine/connect/provider-credential';
import { storedConnection } from '../../../nodes/engine/connect/stored-connection';
import { readRuns } from '../../../nodes/Extract/read-runs';
import { getProvider } from '../../../nodes/providers/registry';
import type { FailureMessage, Message, StateMessage } from '../../../nodes/shared/messages';
import { serviceOf, type ConnectOptions, type Sandbox, type ServiceKey } from '../../sandbox';
import { chosenAccounts } from '../database/chosen-accounts';
import { httpClient } from '../http/client';
import { holder } from '../database/run-holder';

export interface ExtractOptions {
	historyStart?: string;
	timeoutMs?: number;
	dayShare?: number;
	extractMode?: ExtractMode;
	budget?: Partial<BudgetLimits>;
	credential?: ProviderCredential;
	allowedHosts?: string[];
	signal?: AbortSignal;
	clock?: Clock;
}

export interface ConnectedTenant {
	tenantId: string;
	integrationId: string;
	name: string;
}

/** Extract over a real database and the sandbox, without n8n around it. */
export class Extraction {
	readonly log: string[] = [];
	private readonly ring: KeyRing;

	constructor(
		readonly pool: Pool,
		readonly sandbox: Sandbox,
		readonly provider: ServiceKey = 'xero',
	) {
		const { id, key } = generateKey();
		this.ring = keyRing({ activeKeyId: id, activeKey: key });
	}

	/** A tenant with the tokens of one of the sandbox's consents in the vault, whose accounts are chosen. */
	async connect(name: string, consent: string, options: ConnectOptions = {}): Promise<ConnectedTenant> {
		return await this.connectTo(name, consent, chosenAccounts(this.sandbox, this.provider, consent), options);
	}

	/** The same, reading what is said here. */
	async connectTo(
		name: string,
		consent: string,
		{ metadata = {}, accounts = [] }: { metadata?: object; accounts?: AccountEntry[] },
		options: ConnectOptions = {},
	): Promise<ConnectedTenant> {
		const { provider } = this;
		const { id: tenantId } = await createTenant(this.pool, { name });
		const tokens = serviceOf(this.sandbox, provider).connect(consent, options);
		const { integrationId } = await createIntegration(this.pool, {
			...{ tenantId, provider, accounts },
			authentication: 'stored',
			metadata: { ...tokens.metadata, ...metadata },
		});
		const tenant = { tenantId, integrationId, name };
		await this.store(tenant, tokens);
		return tenant;
	}

	/** Puts other tokens into the vault, as when a tenant is connected again. */
	async store(
		{ tenantId, integrationId }: ConnectedTenant,
		{ accessToken, refreshToken, expiresAt }: TokenSet,
	): Promise<void> {
		const where = { tenantId, integrationId, provider: this.provider };
		await storeTokens(this.pool, this.ring, where, { accessToken, refreshToken, expiresAt });
	}

	/** The tokens that lie in the vault. */
	async storedTokens({ tenantId, integrationId }: ConnectedTenant): Promise<TokenSet> {
		return await readTokens(this.pool, this.ring, { tenantId, integrationId, provider: this.provider });
	}

	async claim(tenant?: ConnectedTenant): Promise<RunToExtract[]> {
		return await claimDue(this.pool, {
			provider: this.provider,
			limit: 50,
			syncEveryHours: 0,
			holder: holder(),
			authentication: 'stored',
			integrationId: tenant?.integrationId,
			runNow: true,
		});
	}

	async read(runs: RunToExtract[], options: ExtractOptions = {}): Promise<Map<string, Message[]>> {
		const note = (line: string): void => void this.log.push(line);
		const {
			credential = this.credential(),
			allowedHosts = [new URL(this.sandbox.url).host],
			signal,
			clock = systemClock,
		} = options;
		const { historyStart, timeoutMs = 5_000, dayShare = 1, extractMode = { mode: 'sync' } } = options;
		const budget = { maxRecords: 5_000, maxMinutes: 10, ...options.budget };
		const definition = getProvider(this.provider);
		const parts = {
			definition,
			credential,
			ring: this.ring,
			allowedHosts,
			http: httpClient,
			pool: this.pool,
		};
		const settings = {
			definition,
			authentication: 'stored',
			extractMode,
			budget,
			historyStart,
			timezone: 'Australia/Sydney',
			timeoutMs,
			dayShare,
		} as const;
		return await readRuns(runs, {
			pool: this.pool,
			settings,
			connection: storedConnection(parts),
			log: { debug: note, info: note, warn: note },
			signal,
			// Of its own: one test must not wait for the calls of another.
			rateLimiters: new RateLimiters(clock),
			clock,
		});
	}

	/** Claims one tenant's integration, reads it, and closes the run so that it can be claimed again. */
	async extract(tenant: ConnectedTenant, options: ExtractOptions = {}): Promise<Message[]> {
		const [run] = await this.claim(tenant);
		if (!run) throw new Error(`The integration of ${tenant.name} could not be claimed.`);
		const messages = (await this.read([run], options)).get(run.syncRunId) ?? [];
		await finishRun(this.pool, { tenantId: run.tenantId, syncRunId: run.syncRunId, status: 'succeeded' });
		return messages;
	}

	/** The application's credential, pointed at the sandbox. */
	credential(): ProviderCredential {
		const { client, endpoints } = serviceOf(this.sandbox, this.provider);
		return { ...client, ...endpoints };
	}
}

/** How many records each account gave, by its STATE, and which failures there were. */
export function outcome(messages: Message[]): { extracted: Record<string, number>; failures: string[] } {
	const states = messages.filter((message): message is StateMessage => message.type === 'STATE');
	const failures = messages.filter((message): message is FailureMessage => message.type === 'FAILURE');
	return {
		extracted: Object.fromEntries(states.map(({ accountId, counts }) => [accountId, counts.extracted ?? -1])),
		failures: failures.map(({ accountId, failure }) => `${accountId} ${failure.class}`),
	};
}
