import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { createIntegration } from '../../db/integrations/integrations';
import { createTenant } from '../../db/integrations/tenants';
import { settingsFromUrl } from '../../db/postgres/pool';
import { inTenant } from '../../db/postgres/transaction';
import { generateKey } from '../../db/vault/key-ring';
import { postgresConnection, tokenKeyRing } from '../../nodes/adapter/credential-test';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { emptyDatabase, type TestDatabase } from '../support/database/database';
import { bundledCredentials, type StoredCredential } from '../support/n8n/credentials';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

/** What a newcomer does wrong, and what the node says to do. */
type Mistake = [mistake: string, make: () => Promise<string>, says: RegExp];

let stage: SyncStage;
let empty: TestDatabase;
let tenant: Tenant;
let own: { tenantId: string; integrationId: string };

beforeAll(async () => {
	stage = await syncStage('newcomer');
	empty = await emptyDatabase();
	tenant = await stage.scenario.connect('Harbour Group', 'harbour');
	const { id: tenantId } = await createTenant(stage.database.pool, { name: 'Own Books' });
	const { integrationId } = await createIntegration(stage.database.pool, {
		...{ tenantId, provider: 'xero', metadata: {} },
		authentication: 'n8n',
	});
	own = { tenantId, integrationId };
});
afterAll(async () => {
	await stage?.close();
	await empty?.close();
});

type Changes = Record<string, object>;

function edited(id: string, changes: Changes): WorkflowFile {
	const workflow = bundledWorkflow(id);
	for (const node of workflow.nodes) Object.assign(node.parameters, changes[node.name] ?? {});
	return workflow;
}

/** Runs a bundled workflow as a person does, and collects every text that the person then sees. */
async function see(
	id: string,
	changes: Changes = {},
	credentials: StoredCredential[] = stage.scenario.credentials,
): Promise<string> {
	return seen(await runWorkflow(edited(id, changes), { credentials }));
}

const XERO = 'zixly-sync-xero';

function seen({ error, runData }: EngineRun): string {
	const tasks = Object.values(runData).flat();
	const hints = tasks.flatMap((task) => task.hints ?? []).map(({ message }) => message);
	const items = tasks.flatMap((task) => task.data?.main ?? []).flatMap((output) => output ?? []);
	const failures = items
		.map(({ json }) => json)
		.filter(({ type }) => type === 'FAILURE' || type === undefined);
	return [error?.message, error?.description, ...hints, JSON.stringify(failures)].join('\n');
}

const pick = (integrationId: string) => ({
	authentication: 'n8nCredential',
	integrationId: { __rl: true, mode: 'list', value: integrationId },
});

/** The credentials with other fields in one of them. */
const withFields = (id: string, fields: object): StoredCredential[] =>
	stage.scenario.credentials.map((one) =>
		one.id === id ? { ...one, data: { ...one.data, ...fields } as ICredentialDataDecryptedObject } : one,
	);

/** What *Test* in the dialog of the credential says. */
async function testDatabase(fields: object): Promise<string> {
	const credential = { data: { ...stage.database.settings, ...fields } };
	return (await postgresConnection.call({} as never, credential as never)).message;
}

async function testKey(fields: object): Promise<string> {
	const { id, key } = generateKey();
	const credential = { data: { activeKeyId: id, activeKey: key, ...fields } };
	return (await tokenKeyRing.call({} as never, credential as never)).message;
}

const SETUP: Mistake[] = [
	[
		'syncs before the setup, in a new database of a server that has the roles',
		async () => {
			const { sandbox } = stage;
			const { id, key } = generateKey();
			const key2 = { activeKeyId: id, activeKey: key };
			return await see(XERO, {}, bundledCredentials({ database: empty.owner, key: key2, sandbox }));
		},
		/The database has no Zixly schema yet\.?\n?.*Run the workflow "Zixly Setup" once \(or zixly migrate\)/,
	],
	[
		'syncs before the setup, on a new server',
		async () => {
			const nobody = 'zixly_unheard_of' as 'zixly_app';
			const work = async (): Promise<string> => 'no error';
			return await inTenant(stage.database.pool, 't', work, nobody).catch((error: Error) => error.message);
		},
		/^The database has no Zixly schema yet\. Run the workflow "Zixly Setup" once \(or zixly migrate\)\.$/,
	],
	['creates a connection without a tenant', async () => await createConnection(''), /"Tenant" is required/],
	[
		'gives a tenant that does not exist',
		async () => await createConnection('no-such-tenant'),
		/There is no tenant "no-such-tenant"[^]*Zixly Database/,
	],
];

async function createConnection(tenantId: string): Promise<string> {
	const workflow = bundledWorkflow('zixly-setup');
	const [trigger, node] = workflow.nodes;
	Object.assign(node!, {
		type: 'n8n-nodes-zixly.integrations',
		parameters: {
			...{ resource: 'connection', operation: 'create', provider: 'xero' },
			tenantId: { __rl: true, mode: 'id', value: tenantId },
			authentication: 'n8nCredential',
		},
	});
	const { credentials } = stage.scenario;
	const connections = { [trigger!.name]: workflow.connections[trigger!.name]! };
	try {
		return seen(await runWorkflow({ ...workflow, connections }, { credentials }));
	} catch (error) {
		// n8n itself does not start a node whose required field is empty.
		return (error as Error).message;
	}
}

const CHOICES: Mistake[] = [
	[
		'syncs an own credential with the workflow as it was imported',
		async () => {
			await stage.database.admin.query(`update integrations set status = 'DISABLED' where id = $1`, [
				tenant.integrationId,
			]);
			const text = await see(XERO);
			await stage.database.admin.query(`update integrations set status = 'ACTIVE' where id = $1`, [
				tenant.integrationId,
			]);
			return text;
		},
		/Nothing was claimed/,
	],
	[
		'picks no connection',
		async () =>
			await see(XERO, {
				'Claim Due': { authentication: 'n8nCredential' },
				Extract: { authentication: 'n8nCredential' },
			}),
		/No connection is chosen[^]*choose it in the field/,
	],
	[
		'switches Claim Due alone to the own credential',
		async () => await see(XERO, { 'Claim Due': pick(own.integrationId) }),
		/kept in an n8n credential[^]*Set Authentication to/,
	],
	[
		'chooses another provider in Extract',
		async () => {
			const workflow = edited(XERO, { Extract: { provider: 'hubspot' } });
			const node = workflow.nodes.find(({ name }) => name === 'Extract')!;
			node.credentials!.zixlyHubSpotOAuth2Api = { id: 'zixlyHubSpot', name: 'Zixly HubSpot' };
			return seen(await runWorkflow(workflow, { credentials: stage.scenario.credentials }));
		},
		/Extract is set to HubSpot[^]*same Provider/,
	],
	[
		'gives To before From',
		async () => await see(XERO, { Extract: { mode: 'backfill', from: '2026-07-01', to: '2026-06-01' } }),
		/To \(2026-06-01\) is before From \(2026-07-01\)[^]*Enter the earlier day in From/,
	],
];

const CREDENTIALS: Mistake[] = [
	[
		'a wrong password',
		async () => await testDatabase({ password: 'made-up' }),
		/password.*Check user and password/,
	],
	['a wrong user', async () => await testDatabase({ user: 'nobody_here' }), /Check user/],
	['a wrong port', async () => await testDatabase({ port: 1 }), /does not answer.*Check host and port/],
	[
		'a wrong host',
		async () => await testDatabase({ host: 'nowhere.invalid' }),
		/host was not found.*Check its name|name server/,
	],
	[
		'a wrong database',
		async () => await testDatabase({ database: 'nowhere' }),
		/does not exist on this server.*Check the name/,
	],
	[
		'TLS on a server without',
		async () => await testDatabase({ tls: 'verify-full' }),
		/^The server offers no TLS\. Choose Disable in TLS .*if it runs on this machine or in a private network/,
	],
	[
		'a password as the key',
		async () => await testKey({ activeKey: 'made-up password' }),
		/not valid base64.*Copy the whole key/,
	],
	[
		'a key of 16 bytes',
		async () => await testKey({ activeKey: Buffer.alloc(16, 7).toString('base64') }),
		/16 bytes, but 32.*openssl rand -base64 32/,
	],
	['no key', async () => await testKey({ activeKey: '' }), /is empty.*openssl rand -base64 32/],
	['a bad key ID', async () => await testKey({ activeKeyId: 'my key' }), /invalid.*Choose 1 to 32 letters/],
	[
		'a bad line of retired keys',
		async () => await testKey({ retiredKeys: 'old' }),
		/no colon.*Write one "id:base64" per line/,
	],
	[
		'another key than the tokens were sealed with',
		async () =>
			await see(
				XERO,
				{},
				withFields('zixlyTokenKey', { activeKeyId: 'k-other', activeKey: generateKey().key }),
			),
		/is not in the Zixly Token Key credential[^]*Retired Keys/,
	],
	[
		'a host that is not allowed',
		async () => await see(XERO, {}, withFields('zixlyTokenKey', { allowedHosts: '' })),
		/Allowed Hosts in the Zixly Token Key credential/,
	],
	[
		'a database that is down',
		async () => await see(XERO, {}, withFields('zixlyPostgres', { port: 1 })),
		/does not answer[^]*Check host and port/,
	],
];

const DATA: Mistake[] = [
	[
		'has no exchange rates for books in another currency',
		async () => {
			await stage.scenario.connect('Kiwi Group', 'kiwi');
			return await see(XERO);
		},
		/1 partial[^]*13 (?:of 13 )?records[^]*workflow Zixly Exchange Rates[^]*workflow Zixly Replay Rejected/,
	],
	[
		'loads the rates, and does not know that the records wait',
		async () =>
			await see('zixly-exchange-rates', {
				'Load Exchange Rates': { options: { baseUrl: `${stage.sandbox.url}/ecb` } },
			}),
		/13 rejected records can be loaded now: run the workflow Zixly Replay Rejected/,
	],
	[
		'loads rates without a way to the bank',
		async () =>
			await see('zixly-exchange-rates', {
				'Load Exchange Rates': { options: { baseUrl: 'http://nowhere.invalid', currencies: 'USD' } },
			}),
		/^The European Central Bank could not be reached \(nowhere\.invalid\)\n[^]*Nothing was changed/,
	],
	[
		'connects two tenants to one organisation',
		async () => {
			await stage.scenario.connect('First Group', 'southern');
			await see(XERO);
			await stage.scenario.connect('Second Group', 'southern');
			return await see(XERO);
		},
		/account_conflict[^]*Release|account_conflict[^]*other tenant|account_conflict[^]*another tenant/,
	],
];

const LOOK = { 'Migrate Schema': { operation: 'getStatus' }, 'Create Tenant': { name: 'Third' } };

const LOGINS: Mistake[] = [
	[
		'syncs by hand with a superuser',
		async () => await see(XERO, {}, withFields('zixlyPostgres', superuser())),
		/The login "[^"]+" is a superuser.*Use a separate login that has only the role zixly_worker/,
	],
	[
		'looks at the database with a superuser',
		async () => await see('zixly-setup', LOOK, withFields('zixlyPostgres', superuser())),
		/is a superuser.*Use a separate login/,
	],
	// Last, since it leaves the connection to a person.
	[
		'another key under the same ID',
		async () => await see(XERO, {}, withFields('zixlyTokenKey', { activeKey: generateKey().key })),
		/cannot be opened[^]*another key that has the same id[^]*Connect the tenant again/,
	],
];

function superuser(): object {
	const { user, password } = settingsFromUrl(stage.database.adminUrl);
	return { user, password };
}

describe('a newcomer is told what to do who', () => {
	it.each([...SETUP, ...CHOICES, ...CREDENTIALS, ...DATA, ...LOGINS])('%s', async (_mistake, make, says) => {
		expect(await make()).toMatch(says);
	});
});
