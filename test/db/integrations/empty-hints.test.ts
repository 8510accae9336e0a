import { beforeEach, describe, expect, it } from '@jest/globals';

import { Database } from '../../../nodes/Database/Database.node';
import { databaseEmptyHints } from '../../../nodes/Database/empty-hints';
import { databaseOperations } from '../../../nodes/Database/operations';
import { integrationsEmptyHints } from '../../../nodes/Integrations/empty-hints';
import { Integrations } from '../../../nodes/Integrations/Integrations.node';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	await database.admin.query("insert into tenants (id, name) values ('t', 'Tenant')");
	await database.admin.query(
		"insert into integrations (id, tenant_id, provider, status) values ('i', 't', 'xero', 'PENDING')",
	);
});

const NODES = { integrations: new Integrations(), database: new Database() };

async function operate(node: keyof typeof NODES, chosen: string, parameters: object = {}, items = [{}]) {
	const [resource, operation] = chosen.split(':');
	const context = nodeContext({
		...{ database: database.settings, items },
		parameters: { resource, operation, ...parameters },
	});
	const [output = []] = await NODES[node].execute.call(context);
	return { items: output.map(({ json }) => json), hints: context.hints };
}

const CLAIM = { provider: 'xero', authentication: 'storedIntegration', limit: 5 };

describe('an operation with nothing to show', () => {
	it.each([
		['integrations', 'sync:getRuns', {}, /No run matches/],
		['integrations', 'sync:getHealth', { filters: { tenantId: 'none' } }, /No connection matches/],
		['integrations', 'sync:getHealth', { show: 'alerts' }, /^Nothing needs attention\.$/],
		['integrations', 'sync:failRuns', { executionId: '35' }, /no open run of this execution/],
		['integrations', 'sync:claimDue', CLAIM, /Nothing was claimed/],
		['integrations', 'sync:finish', {}, /no open run to finish/],
		['integrations', 'connection:getAll', { filters: { tenantId: 'none' } }, /Connection: Create makes one/],
		['integrations', 'connection:getAccounts', { integrationId: 'i', askProvider: false }, /Ask Provider/],
		['integrations', 'rejectedRecord:getAll', {}, /No rejected record is open/],
		['integrations', 'rejectedRecord:getAll', { show: 'all' }, /No rejected record matches/],
		['integrations', 'rejectedRecord:replay', {}, /none of the chosen records is open/],
		['database', 'tenant:getAll', { search: 'none' }, /Tenant: Create makes one/],
		['database', 'client:getAll', { tenantId: 't', search: '' }, /no such client/],
	] as const)('%s %s %j says so', async (node, chosen, parameters, words) => {
		const { items, hints } = await operate(node, chosen, parameters);
		expect(items).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(words)]);
	});

	it('an operation that changed nothing says so', async () => {
		const enabled = await operate('integrations', 'connection:enable', { integrationId: 'i' });
		expect(enabled.hints).toEqual([expect.stringMatching(/stays PENDING: no token is stored/)]);
		const updated = await operate('integrations', 'connection:update', { integrationId: 'i' });
		expect(updated.hints).toEqual([expect.stringMatching(/Add a field in Update Fields/)]);
		const reset = await operate('integrations', 'connection:resetState', { integrationId: 'i' });
		expect(reset.hints).toEqual([expect.stringMatching(/Nothing was reset/)]);
	});

	it('an operation that has something to show gives no hint', async () => {
		expect((await operate('integrations', 'connection:getAll')).hints).toEqual([]);
		expect((await operate('database', 'tenant:getAll')).hints).toEqual([]);
	});
});

/** The operations that always have output, or that explain themselves. */
const OTHERS = {
	integrations: [
		...['sync:claimDue', 'sync:finish', 'sync:prune', 'rejectedRecord:replay', 'vault:rotateKey'],
		...['create', 'disable', 'disconnect', 'enable', 'resetState', 'update'].map(
			(one) => `connection:${one}`,
		),
	],
	database: [
		...['client:link', 'client:unlink', 'reader:create', 'reader:revoke'],
		...['schema:getStatus', 'schema:migrate'],
		...['create', 'delete', 'pause', 'resume', 'update'].map((one) => `tenant:${one}`),
	],
};

it.each([
	['integrations', Object.keys(integrationsOperations), Object.keys(integrationsEmptyHints)],
	['database', Object.keys(databaseOperations), Object.keys(databaseEmptyHints)],
] as const)('no operation of %s is left out', (node, operations, hints) => {
	expect([...hints, ...OTHERS[node]].sort()).toEqual([...operations].sort());
});
