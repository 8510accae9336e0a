import { afterAll, beforeAll, expect, it } from '@jest/globals';

import type { Message } from '../../../nodes/shared/messages';
import { serviceOf, startSandbox, type Sandbox, type ServiceKey } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, type ConnectedTenant } from '../../support/engine/extraction';
import { addsUp, failuresIn, hasty, recordsIn, storeExtracted } from '../../support/engine/unreadable';

const FORBIDDEN = 5_000;
const ASKED_A_RUN = 50;

let database: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'forbidden', hubspot: { tenSeconds: 100_000 } });
});

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

/** As earlier runs left them: each was forbidden, and its time to be asked for has come. */
async function forbid({ tenantId, integrationId }: ConnectedTenant, key: ServiceKey, read: Message[]) {
	const { accountId, stream } = read.find(({ type }) => type === 'RECORD')!;
	await database.admin.query(
		`insert into etl.rejected_records (id, tenant_id, integration_id, stage, provider, stream, account_id,
			record_id, reason_code, reason_message, ask_again_at)
		select 'forbidden-' || n, $1, $2, 'extract', $3, $4, $5, (7000000000 + n)::text, 'not_permitted', 'made up',
			now() - interval '1 hour' + n * interval '1 millisecond'
		from generate_series(1, $6) n`,
		[tenantId, integrationId, key, stream, accountId, FORBIDDEN],
	);
}

async function askedTwice(): Promise<string[]> {
	const { rows } = await database.admin.query<{ id: string }>(
		`select record_id as id from etl.rejected_records where attempts > 1 and resolved_at is null
		order by record_id`,
	);
	return rows.map(({ id }) => id);
}

it.each([
	['hubspot', 403, '/deals/batch/read'],
	['hubspot', 500, '/deals/batch/read'],
	['pipedrive', 402, '/api/v2/deals/7'],
	['asana', 403, '/projects/7'],
] as const)(
	'5,000 records that %s forbids with %i cost a later run no more than 50 calls, the longest waiting first',
	async (key, status, path) => {
		await database.admin.query('delete from tenants');
		const extraction = new Extraction(database.pool, sandbox, key);
		const service = serviceOf(sandbox, key);
		const tenant = await extraction.connect('Forbidden', service.consents()[0]!, {});
		const read = async (): Promise<{ messages: Message[]; calls: number }> => {
			service.clearRequests();
			const messages = await extraction.extract(tenant, { clock: hasty });
			await storeExtracted(database, tenant, messages);
			return { messages, calls: service.requests.filter((request) => request.path.includes(path)).length };
		};
		service.clear();
		const first = await read();
		const usual = await read();
		await forbid(tenant, key, first.messages);
		service.faults.add({ kind: 'status', status, body: '{"message":"made up"}', path, count: 'always' });
		for (let run = 1; run <= 2; run++) {
			const { messages, calls } = await read();
			expect(failuresIn(messages)).toEqual([]);
			expect(addsUp(messages)).toBe(true);
			expect(recordsIn(messages)).toEqual(recordsIn(usual.messages));
			expect(calls).toBe(usual.calls + ASKED_A_RUN);
			const ids = Array.from({ length: run * ASKED_A_RUN }, (_, index) => String(7_000_000_001 + index));
			expect(await askedTwice()).toEqual(ids);
		}
	},
	120_000,
);
