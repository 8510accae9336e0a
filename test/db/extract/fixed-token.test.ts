import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createTenant } from '../../../db/integrations/tenants';
import { importTokens } from '../../../db/integrations/connect/import-tokens';
import type { FailureMessage, Message } from '../../../nodes/shared/messages';
import { serviceOf, startSandbox, type Sandbox } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, outcome, type ConnectedTenant } from '../../support/engine/extraction';

let database: TestDatabase;
let sandbox: Sandbox;
beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'fixed-tokens' });
});
afterAll(async () => {
	await sandbox.close();
	await database.close();
});

async function importFixed(
	extraction: Extraction,
	name: string,
	fixedToken: string,
): Promise<ConnectedTenant> {
	const { id: tenantId } = await createTenant(database.pool, { name });
	const tokens = { accessToken: fixedToken, refreshToken: null, expiresAt: null };
	const { integrationId } = await importTokens(database.pool, extraction['ring'], {
		...{ tenantId, provider: extraction.provider, kind: 'fixed', tokens, metadata: {}, accounts: [] },
	});
	return { tenantId, integrationId, name };
}

const failuresOf = (messages: Message[]): FailureMessage['failure'][] =>
	messages.filter((one): one is FailureMessage => one.type === 'FAILURE').map(({ failure }) => failure);

describe.each([
	['pipedrive', 'southern', 'API token', false],
	['hubspot', 'harbour', 'service key or private app token', true],
	['asana', 'harbour', 'personal access token', true],
] as const)('a fixed token of %s', (provider, consent, word, isBearer) => {
	it('is sent as the provider wants it, without an application, and is never refreshed', async () => {
		const extraction = new Extraction(database.pool, sandbox, provider);
		const service = serviceOf(sandbox, provider);
		const { accessToken } = service.connect(consent);
		const tenant = await importFixed(extraction, `Own ${provider}`, accessToken);
		service.clearRequests();
		const credential = { ...extraction.credential(), clientId: '', clientSecret: '' };
		const { extracted, failures } = outcome(await extraction.extract(tenant, { credential }));
		expect(failures.filter((failure) => !failure.endsWith('needs_choice'))).toEqual([]);
		if (failures.length === 0) expect(Math.max(...Object.values(extracted))).toBeGreaterThan(0);
		const calls = service.requests.filter(({ status }) => status === 200);
		expect(calls.length).toBeGreaterThan(0);
		expect(new Set(calls.map(({ authorised }) => authorised))).toEqual(new Set([isBearer]));
	});

	it('ends with what to do where the provider rejects it', async () => {
		const extraction = new Extraction(database.pool, sandbox, provider);
		const tenant = await importFixed(extraction, `Wrong ${provider}`, 'made-up-fixed-token');
		const service = serviceOf(sandbox, provider);
		service.clearRequests();
		const [failure] = failuresOf(await extraction.extract(tenant));
		expect(failure).toMatchObject({ class: 'reconnect_required' });
		expect(failure!.message).toContain(`no longer accepts the ${word} of this connection.`);
		expect(failure!.message).toContain('zixly connection import');
		expect(failure!.message).not.toContain('made-up');
		expect(service.requests.filter(({ grantType }) => grantType)).toEqual([]);
	});
});
