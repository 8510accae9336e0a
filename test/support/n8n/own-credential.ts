import { createIntegration } from '../../../db/integrations/integrations';
import { createTenant } from '../../../db/integrations/tenants';
import { getProvider } from '../../../nodes/providers/registry';
import { serviceOf, type ServiceKey } from '../../sandbox';
import { bundledWorkflow, type WorkflowFile } from '../checkout';
import { chosenAccounts } from '../database/chosen-accounts';
import type { StoredCredential } from './credentials';
import type { Tenant } from './scenario';
import type { SyncStage } from './sync-stage';

/** The bundled sync as its note tells a newcomer to set it for an organisation of one's own. */
export function withOwnCredential({ provider, integrationId }: Tenant): WorkflowFile {
	const workflow = bundledWorkflow(`zixly-sync-${provider}`);
	const set = (name: string, parameters: object) =>
		Object.assign(workflow.nodes.find((node) => node.name === name)?.parameters ?? {}, parameters);
	set('Claim Due', {
		authentication: 'n8nCredential',
		integrationId: { __rl: true, mode: 'list', value: integrationId },
	});
	set('Extract', { authentication: 'n8nCredential' });
	return workflow;
}

/** A tenant whose token n8n keeps, as its OAuth dialog leaves it after this consent. */
export async function connectOwnCredential(
	stage: SyncStage,
	provider: ServiceKey,
	consent: string,
): Promise<{ tenant: Tenant; credential: StoredCredential }> {
	const { pool } = stage.database;
	const { id: tenantId, name } = await createTenant(pool, { name: 'My First Tenant', reuse: true });
	const service = serviceOf(stage.sandbox, provider);
	const { accessToken, refreshToken, expiresIn, metadata } = service.connect(consent);
	const chosen = chosenAccounts(stage.sandbox, provider, consent);
	const { integrationId } = await createIntegration(pool, {
		...{ tenantId, provider, accounts: chosen.accounts },
		metadata: { ...metadata, ...chosen.metadata },
		authentication: 'n8n',
	});
	const credential = findCredential(stage, provider);
	credential.data.oauthTokenData = {
		access_token: accessToken,
		refresh_token: refreshToken,
		expires_in: expiresIn,
		token_type: 'Bearer',
	};
	return { tenant: { id: tenantId, name, provider, consent, integrationId }, credential };
}

function findCredential({ scenario }: SyncStage, provider: ServiceKey): StoredCredential {
	const { credential: type } = getProvider(provider);
	const found = scenario.credentials.find((one) => one.type === type);
	if (!found) throw new Error(`The credential of ${provider} is missing.`);
	return found;
}
