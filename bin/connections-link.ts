import type { Pool } from 'pg';

import {
	createLinks,
	findTenantToConnect,
	listTenantsToConnect,
	type Invitation,
	type TenantToConnect,
} from '../db/integrations/connect/invitations';
import type { NewLink } from '../db/integrations/connect/links';
import { getPool } from '../db/postgres/pool';
import { getProvider } from '../nodes/providers/registry';
import { buildLinkUrl, readStartPage } from '../nodes/shared/link-url';
import { readPurpose } from '../nodes/shared/link-purpose';
import { readDatabaseSettings, type Invocation } from './invocation';

const DEFAULT_HOURS = '72';

/** @returns the link of one tenant; for `--all` the text of a CSV file with a line for each */
export async function runConnectionLink(invocation: Invocation): Promise<object | string> {
	const { flags, say } = invocation;
	const startPage = readStartPage(need(flags['base-url'], '--base-url URL'));
	const link = readLink(invocation);
	const pool = getPool(readDatabaseSettings(invocation));
	const made: Invitation[] = [];
	for await (const one of createLinks(pool, link, await chooseTenants(pool, invocation, link)))
		made.push(one);
	for (const { tenantName, expiresAt } of made) say(`A link for ${tenantName}, valid until ${expiresAt}.`);
	say(made.length > 0 ? SECRET : 'Every tenant has a working connection, is paused, or has a disabled one.');
	if (flags.all) return toCsv(made, startPage);
	const { token, expiresAt, tenantId, tenantName } = made[0]!;
	const { provider, purpose } = link;
	return { url: buildLinkUrl(startPage, token), expiresAt, tenantId, tenantName, provider, purpose };
}

const SECRET = 'Send each link to its tenant alone: whoever continues with it first can use it.';

function readLink({ flags }: Invocation): Omit<NewLink, 'tenantId'> {
	const { all, provider, purpose = 'connect', hours = DEFAULT_HOURS, replace = false } = flags;
	if (all && purpose !== 'connect') throw new Error('With --all, --purpose can only be connect.');
	return {
		provider: getProvider(need(provider, '--provider KEY')).key,
		purpose: readPurpose(purpose),
		lifetimeMinutes: Math.round(Number(hours) * 60),
		replacesAccount: replace,
	};
}

async function chooseTenants(
	pool: Pool,
	{ flags }: Invocation,
	{ provider }: Omit<NewLink, 'tenantId'>,
): Promise<TenantToConnect[]> {
	if (flags.all && flags['tenant-id']) throw new Error('Give either --all or --tenant-id.');
	if (flags.all) return await listTenantsToConnect(pool, provider);
	return [await findTenantToConnect(pool, need(flags['tenant-id'], '--tenant-id ID, or --all'))];
}

function need(value: string | undefined, option: string): string {
	if (value) return value;
	throw new Error(
		`A link needs ${option}: zixly connection link --tenant-id ID --provider KEY --base-url https://n8n.example.com`,
	);
}

const COLUMNS = ['tenantId', 'tenantName', 'url', 'expiresAt'] as const;

function toCsv(invitations: readonly Invitation[], startPage: string): string {
	const rows = invitations.map(({ token, ...one }) => ({ ...one, url: buildLinkUrl(startPage, token) }));
	const lines = rows.map((row) => COLUMNS.map((column) => quote(row[column])).join(','));
	return [COLUMNS.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

/** RFC 4180. A spreadsheet would execute a name that begins like a formula: the apostrophe makes it a text. */
function quote(text: string): string {
	const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
