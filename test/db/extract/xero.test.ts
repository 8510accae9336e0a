import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { updateIntegration } from '../../../db/integrations/settings';
import { toMonth, plusMonths } from '../../../nodes/shared/months';
import type { FailureMessage, Message, RecordMessage, StateMessage } from '../../../nodes/shared/messages';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, outcome, type ConnectedTenant } from '../../support/engine/extraction';

let database: TestDatabase;
let sandbox: Sandbox;
let extraction: Extraction;
let harbour: ConnectedTenant;
let southern: ConnectedTenant;
/** Enough to see order and counts. */
const historyStart = plusMonths(toMonth(new Date(), 'Australia/Perth'), -2);
/** Everything that came out, to be searched for secrets at the end. */
const written: string[] = [];

beforeAll(async () => {
	database = await testDatabase();
	// The limits are tried below; elsewhere they would only make the tests wait.
	sandbox = await startSandbox({ xero: { minute: 5_000, day: 100_000 } });
	extraction = new Extraction(database.pool, sandbox);
	harbour = await extraction.connect('Harbour Group', 'harbour');
	southern = await extraction.connect('Southern Group', 'southern');
});

afterEach(() => sandbox.xero.clear());

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

const idsOf = (consent: string): [string, string] =>
	sandbox.xero.organisations(consent).map(({ id }) => id) as [string, string];

async function extract(...given: Parameters<Extraction['extract']>): ReturnType<Extraction['extract']> {
	const messages = await extraction.extract(...given);
	written.push(JSON.stringify(messages));
	return messages;
}

function stateOf(messages: Message[], account: string): StateMessage {
	return messages.find(({ type, accountId }) => type === 'STATE' && accountId === account) as StateMessage;
}

function monthsIn(messages: Message[], account: string): string[] {
	const records = messages.filter((message): message is RecordMessage => message.type === 'RECORD');
	return records.filter(({ accountId }) => accountId === account).map(({ recordId }) => recordId);
}

/** Records per organisation when all went well. */
function complete(consent: string, months: number): Record<string, number> {
	return Object.fromEntries(idsOf(consent).map((id) => [id, months]));
}

describe('a tenant’s Xero', () => {
	it('comes out as one record per organisation and month, each organisation ending with its state', async () => {
		const messages = await extract(harbour);
		expect(outcome(messages)).toEqual({ extracted: complete('harbour', 13), failures: [] });
		const types = messages.map(({ type }) => type);
		const ofOne = [...Array<string>(13).fill('RECORD'), 'STATE'];
		expect(types).toEqual([...ofOne, ...ofOne]);
		const record = messages[0] as RecordMessage;
		const [organisation] = sandbox.xero.organisations('harbour');
		const { id, name, timezone, currency } = organisation!;
		expect(record).toMatchObject({
			tenantId: harbour.tenantId,
			integrationId: harbour.integrationId,
			provider: 'xero',
			stream: 'monthlyFinancials',
			accountId: id,
			account: { id, name, timezone, currency },
			recordId: plusMonths(toMonth(new Date(), timezone), -12),
		});
		expect(Object.keys(record.record)).toEqual(['month', 'basis', 'profitAndLoss', 'bankSummary']);
	});

	it('is asked for once a month and report, with what Xero needs', async () => {
		await extract(harbour, { historyStart });
		const calls = sandbox.xero.requests.map(({ path }) => path);
		expect(calls.filter((path) => path === '/connections')).toHaveLength(1);
		expect(calls.filter((path) => path.endsWith('/Organisation'))).toHaveLength(2);
		expect(calls.filter((path) => path.endsWith('/ProfitAndLoss'))).toHaveLength(6);
		expect(calls.filter((path) => path.endsWith('/BankSummary'))).toHaveLength(6);
		expect(sandbox.xero.requests.every(({ status }) => status === 200)).toBe(true);
	});

	it('has its organisations noted with currency and time zone', async () => {
		const { rows } = await database.admin.query(
			'select account_id as id, name, timezone, currency from etl.accounts where tenant_id = $1 order by name',
			[harbour.tenantId],
		);
		const known = sandbox.xero
			.organisations('harbour')
			.map(({ id, name, timezone, currency }) => ({ id, name, timezone, currency }));
		expect(rows).toEqual(known.sort((a, b) => (a.name < b.name ? -1 : 1)));
	});
});

describe('a transient error loses nothing', () => {
	const faults: Array<[string, Fault[]]> = [
		['429 with Retry-After in seconds', [{ kind: 'tooManyRequests', retryAfter: 1 }]],
		['429 with Retry-After as a date', [{ kind: 'tooManyRequests', retryAfter: 'date' }]],
		['429 without Retry-After', [{ kind: 'tooManyRequests', retryAfter: null, count: 2 }]],
		['a burst of 500', [{ kind: 'status', status: 500, count: 3 }]],
		['503 with HTML', [{ kind: 'status', status: 503, body: '<html>maintenance</html>' }]],
		['HTML instead of JSON', [{ kind: 'html', count: 2 }]],
		['JSON cut short', [{ kind: 'truncatedJson' }]],
		['a body cut in the middle', [{ kind: 'cutConnection' }]],
		['200 with an error in it', [{ kind: 'errorBody' }]],
		['a report without its fields', [{ kind: 'fieldsRemoved' }]],
		['a slow drip', [{ kind: 'slowDrip', delayMs: 10 }]],
		['a slow reply', [{ kind: 'delay', delayMs: 300 }]],
		['no reply in time', [{ kind: 'hang' }]],
		['a connection reset', [{ kind: 'reset' }, { kind: 'lostReply' }]],
		[
			'trouble with the list of organisations',
			[
				{ kind: 'status', path: '/connections' },
				{ kind: 'html', path: '/connections' },
			],
		],
		['trouble with an organisation', [{ kind: 'truncatedJson', path: '/Organisation' }]],
	];

	it.concurrent.each(faults)('%s', async (_, ordered) => {
		// A sandbox of its own: the waits of these run side by side.
		const own = await startSandbox({ seed: `faults-${_}`, xero: { minute: 5_000, day: 100_000 } });
		const other = new Extraction(database.pool, own);
		const tenant = await other.connect(`Faulty: ${_}`, 'harbour');
		own.xero.faults.add(...ordered);
		const messages = await other.extract(tenant, { historyStart, timeoutMs: 5_000 });
		const extracted = Object.fromEntries(own.xero.organisations('harbour').map(({ id }) => [id, 3]));
		expect(outcome(messages)).toEqual({ extracted, failures: [] });
		expect(own.xero.faults.pending()).toEqual([]);
		await own.close();
	});
});

describe('one organisation’s trouble stays its own', () => {
	async function withFault(fault: Fault): Promise<ReturnType<typeof outcome>> {
		const [, second] = idsOf('harbour');
		sandbox.xero.faults.add({ ...fault, accountId: second, count: 'always' });
		return outcome(await extract(harbour, { historyStart, timeoutMs: 10_000 }));
	}

	it.each<[Fault['kind'], string]>([
		['organisationGone', 'account_gone'],
		['reportsForbidden', 'not_permitted'],
		['authorizationUnsuccessful', 'needs_consent'],
		['dayLimit', 'rate_limited'],
	])('%s is %s', async (kind, failureClass) => {
		const [first, second] = idsOf('harbour');
		const { extracted, failures } = await withFault({ kind, path: '/Reports/' });
		expect(extracted).toEqual({ [first]: 3, [second]: 0 });
		expect(failures).toEqual([`${second} ${failureClass}`]);
		expect(sandbox.xero.refreshCalls).toBe(0);
	});

	it('an outage of its reports is provider_unavailable after four tries of each of three months', async () => {
		const [first, second] = idsOf('harbour');
		const outcomeNow = await withFault({ kind: 'status', path: '/BankSummary' });
		expect(outcomeNow).toEqual({
			extracted: { [first]: 3, [second]: 0 },
			failures: [`${second} provider_unavailable`],
		});
		expect(sandbox.xero.requests.filter(({ fault }) => fault === 'status')).toHaveLength(12);
	});

	it.each([
		[500, 'provider_unavailable', 4],
		[400, 'bad_request', 1],
	])('a month that it answers with %i is rejected, and its others are read', async (status, code, tries) => {
		const [first, second] = idsOf('harbour');
		sandbox.xero.faults.add({
			kind: 'status',
			status,
			accountId: second,
			path: '/BankSummary',
			month: historyStart,
			count: 'always',
		});
		const messages = await extract(harbour, { historyStart });
		expect(outcome(messages)).toEqual({ extracted: { [first]: 3, [second]: 3 }, failures: [] });
		const rejected = messages.filter(({ type }) => type === 'REJECTED');
		expect(rejected).toMatchObject([
			{ stage: 'extract', accountId: second, recordId: historyStart, record: null, reason: { code } },
		]);
		expect(monthsIn(messages, second)).toEqual([1, 2].map((later) => plusMonths(historyStart, later)));
		expect(stateOf(messages, second).state).not.toBeNull();
		expect(sandbox.xero.requests.filter(({ fault }) => fault === 'status')).toHaveLength(tries);
	});

	it('the day’s limit says when to come back, and is not asked again', async () => {
		const [, second] = idsOf('harbour');
		sandbox.xero.faults.add({ kind: 'dayLimit', accountId: second, count: 'always' });
		const messages = await extract(harbour, { historyStart });
		const { failure } = messages.find(({ type }) => type === 'FAILURE') as FailureMessage;
		const inMs = Date.parse(failure.retryAt!) - Date.now();
		expect(inMs).toBeGreaterThan(66_000_000);
		expect(inMs).toBeLessThan(67_000_000);
		expect(sandbox.xero.requests.filter(({ accountId }) => accountId === second)).toHaveLength(1);
	});

	it('an organisation whose user may see no reports', async () => {
		const tenant = await extraction.connect('Nursery', 'noreports');
		const [open, closed] = idsOf('noreports');
		expect(outcome(await extract(tenant, { historyStart }))).toEqual({
			extracted: { [open]: 3, [closed]: 0 },
			failures: [`${closed} not_permitted`],
		});
	});

	it('records read before it stopped are counted, and the state stays', async () => {
		const [first, second] = idsOf('harbour');
		const month = plusMonths(historyStart, 2);
		sandbox.xero.faults.add({ kind: 'dayLimit', accountId: first, month, count: 'always' });
		const messages = await extract(harbour, { historyStart });
		expect(outcome(messages)).toEqual({
			extracted: { [first]: 2, [second]: 3 },
			failures: [`${first} rate_limited`],
		});
		expect(stateOf(messages, first).state).toBeNull();
	});

	it('an organisation that was disconnected is missed', async () => {
		const own = await startSandbox({ seed: 'disconnected', xero: { minute: 5_000 } });
		const other = new Extraction(database.pool, own);
		const tenant = await other.connect('Half Gone', 'harbour');
		await other.extract(tenant, { historyStart });
		const [gone, kept] = own.xero.organisations('harbour').map(({ id }) => id) as [string, string];
		own.xero.disconnect(gone);
		expect(outcome(await other.extract(tenant, { historyStart }))).toEqual({
			extracted: { [kept]: 3 },
			failures: [`${gone} account_gone`],
		});
		await own.close();
	});

	it('an organisation that another tenant connected is refused, and none of its figures read', async () => {
		const intruder = await extraction.connect('Intruder', 'harbour');
		const ids = idsOf('harbour');
		const messages = await extract(intruder, { historyStart });
		expect(outcome(messages)).toEqual({ extracted: {}, failures: ids.map((id) => `${id} account_conflict`) });
		expect(sandbox.xero.requests.some(({ path }) => path.includes('/Reports/'))).toBe(false);
	});
});

describe('tokens', () => {
	it('refreshes expired tokens once and stores the rotated one', async () => {
		const before = await extraction.storedTokens(harbour);
		sandbox.xero.expireAccessTokens('harbour');
		expect(outcome(await extract(harbour, { historyStart }))).toMatchObject({ failures: [] });
		expect(sandbox.xero.refreshCalls).toBe(1);
		const after = await extraction.storedTokens(harbour);
		expect(after.refreshToken).not.toBe(before.refreshToken);
		expect(after.accessToken).not.toBe(before.accessToken);
		expect(after.expiresAt!.getTime()).toBeGreaterThan(Date.now() + 1_700_000);
	});

	it('refreshes tokens that are about to expire before they are used', async () => {
		const { tenantId, integrationId } = harbour;
		await database.admin.query(
			`update integrations set expires_at = now() + interval '10 seconds' where id = $1`,
			[integrationId],
		);
		await extract({ tenantId, integrationId, name: 'Harbour Group' }, { historyStart });
		expect(sandbox.xero.refreshCalls).toBe(1);
		expect(sandbox.xero.requests.every(({ status }) => status === 200)).toBe(true);
	});

	it('refreshes tokens that expire during a read once, although two calls meet it', async () => {
		sandbox.xero.faults.add({ kind: 'tokenExpired', skip: 1, count: 2 });
		expect(outcome(await extract(harbour, { historyStart }))).toEqual({
			extracted: complete('harbour', 3),
			failures: [],
		});
		expect(sandbox.xero.refreshCalls).toBe(1);
	});

	it('repeats a refresh whose reply was lost, within the grace period', async () => {
		sandbox.xero.expireAccessTokens('harbour');
		sandbox.xero.faults.add({ kind: 'lostReply', path: '/connect/token' });
		expect(outcome(await extract(harbour, { historyStart }))).toMatchObject({ failures: [] });
		expect(sandbox.xero.refreshCalls).toBe(2);
	});

	it('requires action when new tokens are always refused, after one refresh', async () => {
		sandbox.xero.faults.add({ kind: 'authenticationUnsuccessful', path: '/connections', count: 'always' });
		expect(outcome(await extract(harbour, { historyStart })).failures).toEqual([' reconnect_required']);
		expect(sandbox.xero.requests.map(({ path }) => path)).toEqual([
			'/connections',
			'/identity/connect/token',
			'/connections',
		]);
	});

	it('leaves the other tenant alone when one tenant’s tokens are revoked', async () => {
		const own = await startSandbox({ seed: 'revoked', xero: { minute: 5_000 } });
		const other = new Extraction(database.pool, own);
		const revoked = await other.connect('Revoked', 'harbour');
		const good = await other.connect('Good', 'southern');
		own.xero.revoke('harbour');
		const runs = (await Promise.all([revoked, good].map(async (tenant) => await other.claim(tenant)))).flat();
		const messages = await other.read(runs, { historyStart });
		const [first, second] = runs.map(({ syncRunId }) => outcome(messages.get(syncRunId)!));
		expect(first).toEqual({ extracted: {}, failures: [' reconnect_required'] });
		expect(second!.failures).toEqual([]);
		expect(Object.values(second!.extracted)).toEqual([3, 3]);
		expect(own.xero.refreshCalls).toBe(1);
		await own.close();
	});

	it('reports a setting when Xero does not know the application', async () => {
		sandbox.xero.expireAccessTokens('harbour');
		const credential = { ...extraction.credential(), clientSecret: 'made-up-wrong' };
		expect(outcome(await extract(harbour, { credential })).failures).toEqual([' configuration']);
	});

	it('reads no organisation that nobody chose when a token’s claims cannot be read', async () => {
		const own = await startSandbox({ seed: 'opaque', xero: { minute: 5_000 } });
		const other = new Extraction(database.pool, own);
		own.xero.connect('southern');
		const tenant = await other.connect('Opaque', 'harbour', { opaque: true });
		const messages = await other.extract(tenant, { historyStart });
		expect(outcome(messages)).toEqual({ extracted: {}, failures: [' needs_choice'] });
		expect(own.xero.requests.map(({ path }) => path)).toEqual(['/connections']);
		const [id] = own.xero.organisations('harbour').map((organisation) => organisation.id);
		const accounts = { enable: [{ id: id!, name: null }], disable: [] };
		await updateIntegration(database.pool, tenant.integrationId, { accounts });
		expect(outcome(await other.extract(tenant, { historyStart }))).toEqual({
			extracted: { [id!]: 3 },
			failures: [],
		});
		await own.close();
	});

	it('names the scope that a token lacks', async () => {
		const own = await startSandbox({ seed: 'scopes', xero: { minute: 5_000 } });
		const other = new Extraction(database.pool, own);
		const scopes = own.xero.scopes.filter((scope) => !scope.includes('banksummary'));
		const tenant = await other.connect('Few Scopes', 'kiwi', { scopes });
		const messages = await other.extract(tenant, { historyStart });
		const failures = messages.filter((message): message is FailureMessage => message.type === 'FAILURE');
		expect(failures.map(({ failure }) => failure.class)).toEqual(['needs_consent']);
		expect(failures[0]!.failure.message).toContain('accounting.reports.banksummary.read');
		await own.close();
	});

	it('go to no host that the key’s owner did not allow, and follow no redirect', async () => {
		const [run] = await extraction.claim(harbour);
		const read = async (allowedHosts: string[]): Promise<unknown> =>
			await extraction.read([run!], { allowedHosts });
		await expect(read([])).rejects.toMatchObject({ failureClass: 'configuration' });
		const elsewhere = { ...extraction.credential(), accessTokenUrl: 'https://collector.example.org/token' };
		await expect(extraction.read([run!], { credential: elsewhere })).rejects.toThrow(/Allowed Hosts/);
		expect(sandbox.xero.requests).toEqual([]);
		sandbox.xero.faults.add({ kind: 'redirect', path: '/connections' });
		const messages = (await extraction.read([run!])).get(run!.syncRunId)!;
		expect(outcome(messages).failures).toEqual([' configuration']);
		expect(sandbox.xero.requests.at(-1)!.path).toBe('/connections');
		expect(sandbox.xero.requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([]);
		await database.admin.query(
			`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null where id = $1`,
			[run!.syncRunId],
		);
	});
});

describe('limits', () => {
	it('are never overstepped by ourselves: no 429 with 4 organisations read at once', async () => {
		sandbox.xero.setLimits({ latencyMs: 5, minute: 60 });
		const runs = (
			await Promise.all([harbour, southern].map(async (tenant) => await extraction.claim(tenant)))
		).flat();
		const messages = await extraction.read(runs);
		expect([...messages.values()].flatMap((all) => outcome(all).failures)).toEqual([]);
		expect(sandbox.xero.requests.filter(({ status }) => status === 429)).toEqual([]);
		await database.admin.query(
			`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null where status = 'running'`,
		);
	});

	it('follows the replies when other applications have used most of a limit', async () => {
		const [first, second] = idsOf('harbour');
		sandbox.xero.setLimits({ day: 1_000 });
		sandbox.xero.spendLimit(first, 960);
		const messages = await extract(harbour, { historyStart });
		const { extracted, failures } = outcome(messages);
		expect(failures).toEqual([`${first} rate_limited`]);
		expect(extracted).toEqual({ [first]: 0, [second]: 3 });
		expect(sandbox.xero.requests.filter(({ accountId }) => accountId === first)).toHaveLength(1);
	});

	it('leave a share of the day to others', async () => {
		sandbox.xero.setLimits({ day: 1_000 });
		const { failures } = outcome(await extract(harbour, { dayShare: 0.01 }));
		expect(failures.map((line) => line.split(' ')[1])).toEqual(['rate_limited', 'rate_limited']);
	});
});

describe('a run', () => {
	it('stops before its first call when it was taken over', async () => {
		const [run] = await extraction.claim(harbour);
		await database.admin.query(
			`update etl.sync_runs set status = 'abandoned', finished_at = now(), lease_until = null where id = $1`,
			[run!.syncRunId],
		);
		const messages = (await extraction.read([run!])).get(run!.syncRunId)!;
		expect(outcome(messages)).toEqual({ extracted: {}, failures: [' run_lost'] });
		expect(sandbox.xero.requests).toEqual([]);
	});

	it('keeps the leases of all runs of its execution', async () => {
		const runs = (
			await Promise.all([harbour, southern].map(async (tenant) => await extraction.claim(tenant)))
		).flat();
		await database.admin.query(
			`update etl.sync_runs set lease_until = now() + interval '1 minute' where status = 'running'`,
		);
		await extraction.read([runs[0]!, runs[1]!], { historyStart });
		const { rows } = await database.admin.query<{ minutes: number }>(
			`select extract(epoch from lease_until - now()) / 60 as minutes from etl.sync_runs where status = 'running'`,
		);
		expect(rows).toHaveLength(2);
		expect(Math.min(...rows.map(({ minutes }) => Number(minutes)))).toBeGreaterThan(10);
		await database.admin.query(
			`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null where status = 'running'`,
		);
	});

	it('rejects a run of another provider with what to choose', async () => {
		const [run] = await extraction.claim(harbour);
		const messages = (await extraction.read([{ ...run!, provider: 'hubspot' }])).get(run!.syncRunId)!;
		expect(outcome(messages).failures).toEqual([' configuration']);
		await database.admin.query(
			`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null where id = $1`,
			[run!.syncRunId],
		);
	});

	it('ends at once when the execution is cancelled', async () => {
		const [run] = await extraction.claim(harbour);
		sandbox.xero.faults.add({ kind: 'hang', path: '/connections' });
		const abort = new AbortController();
		setTimeout(() => abort.abort(), 100);
		await expect(
			extraction.read([run!], { signal: abort.signal, timeoutMs: 3_600_000 }),
		).rejects.toMatchObject({
			name: 'AbortError',
		});
	});
});

describe('secrets', () => {
	it('are in no message and in no line of the log', () => {
		const text = [...written, ...extraction.log].join('\n');
		expect(text.length).toBeGreaterThan(10_000);
		const secrets = sandbox.xero.issuedSecrets();
		expect(secrets.length).toBeGreaterThan(5);
		expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
	});
});
