import type { Pool } from 'pg';

import type { DatabaseSettings } from '../../../db/postgres/pool';
import { createIntegration } from '../../../db/integrations/integrations';
import { generateKey, keyRing, type KeyRingFields } from '../../../db/vault/key-ring';
import { updateIntegration } from '../../../db/integrations/settings';
import { createTenant } from '../../../db/integrations/tenants';
import { storeTokens } from '../../../db/vault/token-store';
import { serviceOf, type Sandbox } from '../../sandbox';
import { bundledWorkflow } from '../checkout';
import { connectTenant } from '../connect/connect-tenant';
import { startPages } from '../connect/pages-server';
import { chosenAccounts } from '../database/chosen-accounts';
import { bundledCredentials, type StoredCredential } from './credentials';
import { runWorkflow, type EngineRun, type RunOptions } from './engine';

/** A migrated database, seen with n8n's login and with one that sees everything. */
export interface Warehouse {
	settings: DatabaseSettings;
	pool: Pool;
	admin: Pool;
}

/** A tenant that is connected to a provider: its encrypted tokens lie in the vault. */
export interface Tenant {
	id: string;
	name: string;
	provider: string;
	consent: string;
	integrationId: string;
}

/** A database and a sandbox with tenants between them, and the credentials that the bundled workflows name. */
export class Scenario {
	readonly tenants: Tenant[] = [];
	readonly credentials: StoredCredential[];
	private readonly key: KeyRingFields;

	constructor(
		readonly warehouse: Warehouse,
		readonly sandbox: Sandbox,
	) {
		const { id, key } = generateKey();
		this.key = { activeKeyId: id, activeKey: key };
		this.credentials = bundledCredentials({ database: warehouse.settings, key: this.key, sandbox });
	}

	/**
	 * Connects the tenant of this name, a new one unless there is one, with the tokens of one of the sandbox's consents, as
	 * the connect pages would.
	 * The accounts of the consent are chosen as those pages would: by the consent where Xero names them, else by id.
	 * @param metadata of the integration, besides what those pages would keep
	 */
	async connect(
		name: string,
		consent: string,
		provider = 'xero',
		metadata: Record<string, unknown> = {},
	): Promise<Tenant> {
		const { pool } = this.warehouse;
		const { id: tenantId } = await createTenant(pool, { name, reuse: true });
		const tokens = serviceOf(this.sandbox, provider).connect(consent);
		const chosen = chosenAccounts(this.sandbox, provider, consent);
		const { integrationId } = await createIntegration(pool, {
			...{ tenantId, provider, authentication: 'stored', accounts: chosen.accounts },
			metadata: { ...tokens.metadata, ...chosen.metadata, ...metadata },
		});
		await storeTokens(pool, keyRing(this.key), { tenantId, integrationId, provider }, tokens);
		const tenant = { id: tenantId, name, provider, consent, integrationId };
		this.tenants.push(tenant);
		return tenant;
	}

	/**
	 * The same through the connect pages and the sandbox's consent pages, as a person would.
	 * @param timezone of the connection, set as the operator does, where the provider states none
	 */
	async connectByPages(name: string, consent: string, provider: string, timezone?: string): Promise<Tenant> {
		const { pool, admin } = this.warehouse;
		const { id } = await createTenant(pool, { name, reuse: true });
		const service = serviceOf(this.sandbox, provider);
		const pages = await startPages({ pool, ring: keyRing(this.key), sandbox: this.sandbox });
		try {
			await connectTenant({ pool, pagesUrl: pages.url, tenantId: id, service, consent });
		} finally {
			await pages.close();
		}
		const { rows } = await admin.query<{ id: string }>(
			'select id from integrations where tenant_id = $1 and provider = $2',
			[id, provider],
		);
		const integrationId = rows[0]!.id;
		if (timezone !== undefined) await updateIntegration(pool, integrationId, { timezone });
		const tenant = { id, name, provider, consent, integrationId };
		this.tenants.push(tenant);
		return tenant;
	}

	/** Runs a bundled workflow, unedited, in n8n's engine. */
	async run(workflowId: string, options: Partial<RunOptions> = {}): Promise<EngineRun> {
		return await runWorkflow(bundledWorkflow(workflowId), { credentials: this.credentials, ...options });
	}

	async sync(options: Partial<RunOptions> = {}, provider = 'xero'): Promise<EngineRun> {
		return await this.run(`zixly-sync-${provider}`, options);
	}

	/** Every secret there is in plain text: the credentials', and all tokens that the sandbox handed out. */
	secrets(): string[] {
		const fields = ['password', 'activeKey', 'clientSecret'];
		const own = this.credentials.flatMap(({ data }) => fields.map((field) => data[field]));
		const issued = this.sandbox.services.flatMap((service) => service.issuedSecrets());
		return [...own, ...issued].filter(
			(secret): secret is string => typeof secret === 'string' && secret !== '',
		);
	}
}
