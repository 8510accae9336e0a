import type { Pool } from 'pg';

import type { DatabaseSettings } from '../../db/connection';
import { createIntegration } from '../../db/integrations';
import { generateKey, keyRing, type KeyRingFields } from '../../db/key-ring';
import { createTenant } from '../../db/tenants';
import { storeTokens } from '../../db/tokens';
import type { Sandbox } from '../sandbox';
import { bundledWorkflow } from './checkout';
import { bundledCredentials, type StoredCredential } from './credentials';
import { runWorkflow, type EngineRun, type RunOptions } from './n8n-engine';

/** A migrated database, seen with n8n's login and with one that sees everything. */
export interface Warehouse {
	settings: DatabaseSettings;
	pool: Pool;
	admin: Pool;
}

/** A tenant whose Xero is connected: its encrypted tokens lie in the vault. */
export interface Tenant {
	id: string;
	name: string;
	consent: string;
	integrationId: string;
	/** In plain text, to be searched for where they must not be. */
	secrets: string[];
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
		this.credentials = bundledCredentials({
			database: warehouse.settings,
			key: this.key,
			sandboxUrl: sandbox.url,
		});
	}

	/** Creates a tenant and gives it the tokens of one of the sandbox's consents, as the connect pages would. */
	async connect(name: string, consent: string): Promise<Tenant> {
		const { pool } = this.warehouse;
		const { id: tenantId } = await createTenant(pool, { name });
		const { integrationId } = await createIntegration(pool, {
			tenantId,
			provider: 'xero',
			authentication: 'stored',
		});
		const { accessToken, refreshToken, expiresIn } = this.sandbox.xero.connect(consent);
		const expiresAt = new Date(Date.now() + expiresIn * 1000);
		const where = { tenantId, integrationId, provider: 'xero' };
		await storeTokens(pool, keyRing(this.key), where, { accessToken, refreshToken, expiresAt });
		const tenant = { id: tenantId, name, consent, integrationId, secrets: [accessToken, refreshToken] };
		this.tenants.push(tenant);
		return tenant;
	}

	/** Runs a bundled workflow, unedited, in n8n's engine. */
	async run(workflowId: string, options: Partial<RunOptions> = {}): Promise<EngineRun> {
		return await runWorkflow(bundledWorkflow(workflowId), { credentials: this.credentials, ...options });
	}

	async sync(options: Partial<RunOptions> = {}): Promise<EngineRun> {
		return await this.run('zixly-sync-xero', options);
	}

	/** Every secret that was planted, with the ones that the sandbox handed out since. */
	secrets(): string[] {
		const data = this.credentials.map((credential) => credential.data);
		const planted = data.flatMap((fields) => [fields.password, fields.activeKey, fields.clientSecret]);
		return [
			...planted.filter((value): value is string => typeof value === 'string' && value !== ''),
			...this.tenants.flatMap((tenant) => tenant.secrets),
		];
	}
}
