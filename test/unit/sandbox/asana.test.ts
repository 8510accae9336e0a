import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startSandbox, type Sandbox } from '../../sandbox';

interface Page {
	data: Array<Record<string, unknown> & { gid: string }>;
	next_page?: { offset: string; uri: string } | null;
	errors?: Array<{ message: string }>;
}

describe('the Asana sandbox', () => {
	let sandbox: Sandbox;
	let token: string;

	beforeAll(async () => {
		sandbox = await startSandbox({ seed: 'sandbox-asana', asana: { minute: 10_000 } });
		token = sandbox.asana.connect('harbour').accessToken;
	});

	afterAll(async () => {
		await sandbox.close();
	});

	async function get(
		path: string,
		bearer = token,
	): Promise<{ status: number; headers: Headers; body: Page }> {
		const { apiBaseUrl } = sandbox.asana.endpoints;
		const reply = await fetch(`${apiBaseUrl}/api/1.0${path}`, {
			headers: { authorization: `Bearer ${bearer}` },
		});
		return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Page };
	}

	const messageOf = ({ body }: { body: Page }): string | undefined => body.errors?.[0]?.message;

	const relaunch = (): string => sandbox.asana.projectNamed('harbour', 'Website Relaunch').gid;

	it('gives a list in pages of at most 100, chained by tokens that say nothing and belong to their query', async () => {
		const first = await get(`/tasks?project=${relaunch()}&limit=100`);
		expect(first.body.data).toHaveLength(100);
		const offset = first.body.next_page?.offset ?? '';
		const second = await get(`/tasks?project=${relaunch()}&limit=100&offset=${offset}`);
		expect(second.body.next_page).toBeNull();
		const ids = [...first.body.data, ...second.body.data].map(({ gid }) => gid);
		expect(ids).toEqual(sandbox.asana.book.tasksOf(relaunch()).map(({ gid }) => gid));
		expect(ids.every((gid) => /^\d{19}$/.test(gid))).toBe(true);
		const other = await get(`/tasks?project=${relaunch()}&limit=50&offset=${offset}`);
		expect([other.status, messageOf(other)]).toEqual([400, 'offset: Your pagination token is invalid.']);
	});

	it('lets the tokens of pages expire', async () => {
		const { body } = await get(`/tasks?project=${relaunch()}&limit=100`);
		sandbox.asana.expireOffsets();
		const late = await get(`/tasks?project=${relaunch()}&limit=100&offset=${body.next_page?.offset}`);
		expect([late.status, messageOf(late)]).toEqual([400, 'offset: Your pagination token has expired.']);
	});

	it('refuses a large list without a limit, a limit beyond 100, and a parameter that it does not know', async () => {
		expect(messageOf(await get(`/tasks?project=${relaunch()}`))).toMatch(/too large/);
		expect((await get(`/tasks?project=${relaunch()}&limit=101`)).status).toBe(400);
		expect(messageOf(await get('/workspaces?limit=10&page=2'))).toMatch(/page/);
	});

	it('shows what opt_fields asks for and no more', async () => {
		const compact = await get(`/tasks?project=${relaunch()}&limit=1`);
		expect(Object.keys(compact.body.data[0]!)).toEqual(['gid', 'resource_type', 'name', 'resource_subtype']);
		const asked = await get(
			`/tasks?project=${relaunch()}&limit=100&opt_fields=completed,parent,assignee.name`,
		);
		const [task] = asked.body.data;
		expect(Object.keys(task!)).toEqual(['gid', 'completed', 'parent', 'assignee']);
		const subtask = asked.body.data.find(({ parent }) => parent !== null);
		expect(subtask?.parent).toEqual({ gid: expect.stringMatching(/^\d+$/) as unknown });
		expect(task!.assignee).toEqual({ gid: '1299999999999999999', name: expect.any(String) as unknown });
	});

	it('lists archived projects, others, or both', async () => {
		const [workspace] = (await get('/workspaces?limit=10')).body.data;
		const names = async (archived: string): Promise<number> =>
			(await get(`/projects?workspace=${workspace!.gid}&limit=100${archived}`)).body.data.length;
		expect([await names(''), await names('&archived=false'), await names('&archived=true')]).toEqual([
			6, 5, 1,
		]);
	});

	it('shows a token its own workspaces alone, and to a person only the projects that are open', async () => {
		const [other] = sandbox.asana.workspaces('southern');
		expect((await get(`/projects?workspace=${other!.gid}&limit=10`)).status).toBe(404);
		const closed = sandbox.asana.projectNamed('closed', 'For the Board').gid;
		const doors = sandbox.asana.connect('closed').accessToken;
		expect((await get(`/tasks?project=${closed}&limit=10`, doors)).status).toBe(403);
		expect((await get(`/tasks?project=${closed}&limit=10`)).status).toBe(404);
	});

	it('asks for the scope of each list', async () => {
		const { accessToken } = sandbox.asana.connect('harbour', {
			scopes: ['workspaces:read', 'projects:read'],
		});
		expect((await get('/workspaces?limit=1', accessToken)).status).toBe(200);
		const refused = await get(`/tasks?project=${relaunch()}&limit=1`, accessToken);
		expect([refused.status, messageOf(refused)]).toEqual([403, expect.stringContaining('tasks:read')]);
		expect((await get('/workspaces?limit=1', 'made-up')).status).toBe(401);
	});

	it('refuses, with the time to wait, too many requests and requests for too much; both count on', async () => {
		const { accessToken } = sandbox.asana.connect('southern');
		sandbox.asana.setLimits({ minute: 2 });
		const statuses = [];
		for (let call = 0; call < 3; call++)
			statuses.push((await get('/workspaces?limit=1', accessToken)).status);
		expect(statuses).toEqual([200, 200, 429]);
		const refused = await get('/workspaces?limit=1', accessToken);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
		sandbox.asana.setLimits({ minute: 100, cost: 6 });
		expect(
			(await get('/workspaces?limit=1&opt_fields=name,is_organization,email_domains', accessToken)).status,
		).toBe(200);
		expect((await get('/workspaces?limit=1', accessToken)).status).toBe(429);
		sandbox.asana.clear();
	});

	it('keeps the refresh token through a refresh, and wants the application in the body', async () => {
		const { refreshToken } = sandbox.asana.connect('harbour');
		const { accessTokenUrl } = sandbox.asana.endpoints;
		const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
		const refresh = async (more: object): Promise<Response> =>
			await fetch(accessTokenUrl, { method: 'POST', body: new URLSearchParams({ ...form, ...more }) });
		const { clientId, clientSecret } = sandbox.asana.client;
		const good = await refresh({ client_id: clientId, client_secret: clientSecret });
		const tokens = (await good.json()) as Record<string, unknown>;
		expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
		expect(tokens).not.toHaveProperty('refresh_token');
		expect((await get('/workspaces?limit=1', String(tokens.access_token))).status).toBe(200);
		expect((await refresh({})).status).toBe(400);
	});

	it('is changed over HTTP as a person changes it in Asana', async () => {
		const control = async (method: string, path: string, body?: object): Promise<unknown> => {
			const reply = await fetch(`${sandbox.url}/__sandbox/asana${path}`, {
				method,
				body: body && JSON.stringify(body),
			});
			expect(reply.status).toBe(200);
			return await reply.json();
		};
		const { gid: project } = sandbox.asana.projectNamed('harbour', 'Empty Shelf');
		const today = async (): Promise<Record<string, string>> => {
			const totals = await control('GET', `/totals?project=${project}&timezone=Etc/UTC&days=1`);
			return Object.values(totals as Record<string, Record<string, string>>)[0]!;
		};
		expect(await today()).toMatchObject({ tasks_created: '0.0000', open_tasks: '0.0000' });
		const { gid: task } = (await control('POST', '/tasks', { project })) as { gid: string };
		expect(await today()).toMatchObject({ tasks_created: '1.0000', open_tasks: '1.0000' });
		await control('POST', '/complete', { task });
		expect(await today()).toMatchObject({ throughput: '1.0000', open_tasks: '0.0000' });
		await control('POST', '/reopen', { task });
		await control('POST', '/due', { task, dueOn: '2026-01-01' });
		expect(await today()).toMatchObject({ throughput: '0.0000', overdue_tasks: '1.0000' });
		await control('DELETE', `/tasks?task=${task}`);
		expect(await today()).toMatchObject({ tasks_created: '0.0000' });
	});
});
