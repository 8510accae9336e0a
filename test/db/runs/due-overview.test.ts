import { beforeEach, describe, expect, it } from '@jest/globals';

import { claimDueRuns } from '../../../nodes/Integrations/sync/claim-due';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

interface Fields {
	status?: string;
	metadata?: object;
	syncedMinutesAgo?: number;
	paused?: boolean;
}

/** A tenant of its own with one connection, called the same. */
async function connection(name: string, fields: Fields = {}): Promise<void> {
	const { status = 'ACTIVE', metadata = {}, syncedMinutesAgo = 60, paused = false } = fields;
	await database.admin.query('insert into tenants (id, name) values ($1, $1)', [name]);
	await database.admin.query(
		`insert into integrations (id, tenant_id, provider, status, metadata, last_sync_at)
		values ($1, $1, 'xero', $2, $3, now() - make_interval(mins => $4))`,
		[name, status, metadata, syncedMinutesAgo],
	);
	if (paused) await database.admin.query('insert into etl.paused_tenants values ($1)', [name]);
}

async function claim(parameters: Record<string, unknown> = {}) {
	const given = { provider: 'xero', authentication: 'storedIntegration', limit: 50, ...parameters };
	const context = nodeContext({ database: database.settings, items: [{}], parameters: given });
	const runs = await claimDueRuns(Object.assign(context, { getMode: () => 'trigger' }));
	return { claimed: runs.length, hints: context.hints };
}

/** UTC to the minute, as the hint says it. */
const inMinutes = (minutes: number): string =>
	new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');

describe('a claim of nothing says why', () => {
	it('there is no connection', async () => {
		expect(await claim()).toEqual({
			claimed: 0,
			hints: [
				'Nothing was claimed: no tenant is connected to Xero yet. Connect one with Connection: Create.',
			],
		});
	});

	it('all are up to date, switched off, or wait for somebody', async () => {
		await connection('fresh');
		await connection('older', { syncedMinutesAgo: 120 });
		await connection('off', { status: 'DISABLED' });
		await connection('new', { status: 'PENDING' });
		await connection('broken', { status: 'ERROR' });
		await connection('resting', { paused: true, syncedMinutesAgo: 600 });
		const due = inMinutes(240);
		expect((await claim()).hints).toEqual([
			`Nothing was claimed. 2 connections are up to date, the next one due at ${due} UTC. 1 connection is paused by an error. 1 connection is waiting for a token. 1 connection is of a paused tenant. 1 connection is disabled.`,
		]);
	});

	it('the chosen one is at work', async () => {
		await connection('busy', { syncedMinutesAgo: 600 });
		expect(await claim()).toEqual({ claimed: 1, hints: [] });
		expect((await claim({ integrationId: 'busy' })).hints).toEqual([
			expect.stringMatching(
				/^Nothing was claimed\. The chosen connection is held by execution execution-1, /,
			),
		]);
	});

	it.each([
		['waits', {}, /^Nothing was claimed\. The chosen connection is due at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/],
		['is switched off', { status: 'DISABLED' }, /disabled\. Enable it with Connection: Enable/],
		[
			'is of a paused tenant',
			{ paused: true, syncedMinutesAgo: 600 },
			/of a paused tenant\. Resume it with Zixly Database, Tenant: Resume\./,
		],
		['needs a person', { status: 'ERROR' }, /paused by an error\. Sync: Get Health shows why/],
		['has no token yet', { status: 'PENDING' }, /waiting for a token/],
		[
			'keeps its token in n8n',
			{ metadata: { authentication: 'n8n' } },
			/has its token in an n8n credential: choose Credential in n8n/,
		],
	])('the chosen one %s', async (_what, fields, words) => {
		await connection('chosen', fields);
		await connection('another', { syncedMinutesAgo: 600, status: 'ERROR' });
		expect((await claim({ integrationId: 'chosen' })).hints).toEqual([expect.stringMatching(words)]);
	});
});
