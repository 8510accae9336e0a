import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { plusMonths } from '../../../nodes/shared/months';
import { startSandbox, type Sandbox } from '../../sandbox';

let sandbox: Sandbox;
let accessToken: string;
beforeEach(async () => {
	sandbox = await startSandbox({ myob: { perSecond: 10_000 } });
	({ accessToken } = sandbox.myob.connect('bakehouse'));
});
afterEach(() => sandbox.close());

const CALLBACK = 'http://localhost:5678/rest/oauth2-credential/callback';

async function get(path: string, headers: Record<string, string> = {}, token = accessToken) {
	const response = await fetch(path.startsWith('http') ? path : `${sandbox.url}/myob${path}`, {
		headers: {
			authorization: `Bearer ${token}`,
			'x-myobapi-key': sandbox.myob.client.clientId,
			'x-myobapi-version': 'v2',
			...headers,
		},
	});
	return { status: response.status, json: (await response.json()) as never };
}

async function token(form: Record<string, string>) {
	const { clientId: client_id, clientSecret: client_secret } = sandbox.myob.client;
	const body = new URLSearchParams({ client_id, client_secret, ...form });
	const response = await fetch(sandbox.myob.endpoints.accessTokenUrl, { method: 'POST', body });
	return { status: response.status, body: (await response.json()) as Record<string, string | number> };
}

const nameOf = ({ json }: { json: never }): string =>
	(json as { Errors: Array<{ Name: string }> }).Errors[0]?.Name ?? '';

describe('the consent', () => {
	it('comes back with the company file, and its code is exchanged with the client in the body', async () => {
		const query = new URLSearchParams({
			response_type: 'code',
			client_id: sandbox.myob.client.clientId,
			redirect_uri: CALLBACK,
			scope: 'sme-company-file sme-general-ledger',
			prompt: 'consent',
			consent: 'bakehouse',
		});
		const page = await fetch(`${sandbox.myob.endpoints.authUrl}?${query}`, { redirect: 'manual' });
		const back = new URL(page.headers.get('location') ?? '').searchParams;
		const { id, name } = sandbox.myob.file('bakehouse');
		expect([back.get('businessId'), back.get('businessName')]).toEqual([id, name]);
		const form = {
			grant_type: 'authorization_code',
			code: back.get('code') ?? '',
			redirect_uri: CALLBACK,
		};
		expect(await token({ ...form, client_secret: 'wrong' })).toMatchObject({ status: 400 });
		const { body } = await token(form);
		expect(body).toMatchObject({ token_type: 'bearer', expires_in: 1200 });
		const file = await get(`/accountright/${id}`, {}, String(body.access_token));
		expect(file.json).toMatchObject({ CompanyFile: { Id: id, Name: name, Country: 'AU' } });
	});

	it('gives a refresh token that is dead once it was used', async () => {
		const { refreshToken } = sandbox.myob.connect('bakehouse');
		const refresh = async () => await token({ grant_type: 'refresh_token', refresh_token: refreshToken });
		expect((await refresh()).body.refresh_token).not.toBe(refreshToken);
		expect(await refresh()).toEqual({ status: 400, body: { error: 'invalid_grant' } });
	});
});

describe('the API', () => {
	it('wants its key and version, the scope, and the one company file of the consent', async () => {
		const { id } = sandbox.myob.file('bakehouse');
		const accounts = `/accountright/${id}/GeneralLedger/Account`;
		expect(nameOf(await get(accounts, { 'x-myobapi-key': '' }))).toBe('DeveloperInactive');
		expect((await get(accounts, { 'x-myobapi-version': 'v1' })).status).toBe(400);
		const scopes = ['sme-company-file'];
		const narrow = sandbox.myob.connect('bakehouse', { scopes }).accessToken;
		expect((await get(accounts, {}, narrow)).status).toBe(401);
		expect((await get(`/accountright/${id}`, {}, narrow)).status).toBe(200);
		const other = await get(`/accountright/${sandbox.myob.file('joinery').id}`);
		expect([other.status, nameOf(other)]).toEqual([403, 'AccessDenied']);
		expect((await get('/accountright/')).json).toEqual([]);
		sandbox.myob.setLimits({ oldKey: 1 });
		expect((await get('/accountright/')).json).toHaveLength(2);
	});

	it('says by a 403 that a limit is reached', async () => {
		const path = `/accountright/${sandbox.myob.file('bakehouse').id}`;
		sandbox.myob.setLimits({ perSecond: 2 });
		const replies = [await get(path), await get(path), await get(path)];
		expect(replies.map(({ status }) => status)).toEqual([200, 200, 403]);
		expect(nameOf(replies[2]!)).toBe('RateLimitError');
		sandbox.clock.shift(1);
		sandbox.myob.setLimits({ perDay: 3 });
		expect((await get(path)).status).toBe(200);
		expect(JSON.stringify((await get(path)).json)).toContain('daily rate limit');
	});
});

interface Listed {
	UID: string;
	Classification: string;
	Type: string;
	IsHeader: boolean;
}

interface Line {
	Account: { UID: string };
	Year: number;
	Month: number;
	Activity: number;
}

async function pages<Item>(path: string): Promise<Item[]> {
	const items: Item[] = [];
	for (let link: string | null = path; link; ) {
		const { json } = await get(link);
		const { Items, NextPageLink } = json as { Items: Item[]; NextPageLink: string | null };
		items.push(...Items);
		link = NextPageLink;
	}
	return items;
}

describe('the books', () => {
	it.each(['bakehouse', 'joinery', 'orchard'])(
		'give the totals computed apart, read by hand and page by page: %s',
		async (consent) => {
			accessToken = sandbox.myob.connect(consent).accessToken;
			const { id, timezone } = sandbox.myob.file(consent);
			const base = `/accountright/${id}`;
			const accounts = await pages<Listed>(`${base}/GeneralLedger/Account?$top=3`);
			const register = await pages<Line>(`${base}/GeneralLedger/AccountRegister?$top=50`);
			expect(new Set(accounts.map(({ UID }) => UID)).size).toBe(accounts.length);
			const kinds = new Map(accounts.map((account) => [account.UID, account]));
			const cents = (amount: number): number => Math.round(amount * 100);
			const today = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format();
			const lastMonth = consent === 'orchard' ? 3 : 6;
			for (let ago = 0; ago < 13; ago++) {
				const month = plusMonths(today.slice(0, 7), -ago);
				const [year = 0, number = 0] = month.split('-').map(Number);
				const day = new Date(Date.UTC(year, number, 0)).getUTCDate();
				const query = `StartDate=${month}-01&EndDate=${month}-${day}&ReportingBasis=Accrual&YearEndAdjust=false`;
				const { json } = await get(`${base}/Report/ProfitAndLossSummary?${query}`);
				const { AccountsBreakdown } = json as {
					AccountsBreakdown: Array<{ AccountTotal: number; Account: { UID: string } }> | null;
				};
				const total = (classifications: string[]): number =>
					(AccountsBreakdown ?? [])
						.filter(({ Account }) => !kinds.get(Account.UID)!.IsHeader)
						.filter(({ Account }) => classifications.includes(kinds.get(Account.UID)!.Classification))
						.reduce((sum, { AccountTotal }) => sum + cents(AccountTotal), 0);
				const counted = consent !== 'bakehouse' && number > lastMonth ? year + 1 : year;
				const cash = register
					.filter(({ Year, Month }) => Year === counted && Month === number)
					.filter(({ Account }) => kinds.get(Account.UID)!.Type === 'Bank')
					.filter(({ Account }) => !kinds.get(Account.UID)!.IsHeader)
					.reduce((sum, { Activity }) => sum + cents(Activity), 0);
				const golden = sandbox.myob.totals(id, month);
				expect([month, total(['Income', 'OtherIncome']), cash]).toEqual([
					month,
					cents(Number(golden.revenue)),
					cents(Number(golden.cashFlow)),
				]);
				expect(total(['CostOfSales', 'Expense', 'OtherExpense'])).toBe(cents(Number(golden.expenses)));
			}
		},
	);
});
