import pg from 'pg';

import type { DatabaseSettings } from '../../db/postgres/pool';
import type { Attack } from '../support/expect/attacks';
import { TARGETS, type HostileStatement, type Targets } from './reader-statements';

/** Made up, and in no statement: what holds one of them came out of the other tenant's rows. */
const SECRETS = ['QX7-of-the-other-tenant', 'v1.k1.SEALED'];

/** Puts the secrets into the rows of the tenant `theirs` of `seedTenant`, and into all tokens. */
export async function plantSecrets(admin: pg.Pool): Promise<void> {
	const [name, token] = SECRETS;
	await admin.query(`update tenants set name = $1 where id = 'theirs'`, [name]);
	await admin.query(`update client_kpis set client_name = $1 where tenant_id = 'theirs'`, [name]);
	await admin.query(`update lead_events set stage = $1 where client_kpi_id = 'theirs-client'`, [name]);
	await admin.query(`update custom_metrics set metric_name = $1 where client_kpi_id = 'theirs-client'`, [
		name,
	]);
	await admin.query(`update integrations set access_token = $1, refresh_token = $1`, [token]);
	await admin.query(
		`insert into etl.refresh_leases (integration_id, tenant_id, holder, until) values ('theirs-integration', 'theirs', $1, now())`,
		[name],
	);
	await admin.query('analyze');
}

export async function findTargets(admin: pg.Pool): Promise<Targets> {
	return (await admin.query<Targets>(TARGETS)).rows[0]!;
}

export interface Session {
	client: pg.Client;
	/** Texts of notices and notifications. */
	heard: string[];
}

export async function openSession(settings: DatabaseSettings): Promise<Session> {
	const client = new pg.Client({ ...settings });
	const heard: string[] = [];
	client.on('error', () => undefined);
	client.on('notice', ({ message }) => heard.push(message ?? ''));
	client.on('notification', ({ payload }) => heard.push(payload ?? ''));
	await client.connect();
	return { client, heard };
}

/** How PostgreSQL words that a right or a policy forbids a statement. Any other failure proves nothing of it. */
const DENIALS: Record<string, RegExp> = {
	// insufficient_privilege; a policy that `row_security = off` may not skip fails with it, too.
	'42501': /./,
	// read_only_sql_transaction
	'25006': /./,
	// feature_not_supported
	'0A000': /row-level security|session user cannot be renamed/,
};

/**
 * What a statement brought in a session of its own, which it ends: rows of its last result, words that hold a secret, or
 * an error that is no denial, since a misspelt statement is no attack.
 * @param first is run before it, as the login's owner might
 */
export async function attempt(
	settings: DatabaseSettings,
	{ name, sql, then }: HostileStatement,
	first?: string,
): Promise<Attack> {
	const { client, heard } = await openSession(settings);
	try {
		if (first) await client.query(first);
		let answer = (await client.query(sql)) as pg.QueryResult | pg.QueryResult[];
		if (then) answer = await client.query(then);
		const last = Array.isArray(answer) ? answer.at(-1)! : answer;
		const rows = last.rows ?? [];
		const text = JSON.stringify([rows, heard]);
		// Rows that COPY sends are not kept by the client; their number is.
		const copied = last.command === 'COPY' && (last.rowCount ?? 0) > 0;
		const any = copied || (/^(call|catalogue|other)/.test(name) && rows.length > 0);
		const taken = rows.some((row) => row.gained !== undefined) || JSON.stringify(rows).includes('theirs');
		return { name, gained: any || taken || holdsSecret(text) ? text.slice(0, 300) : undefined };
	} catch (error) {
		const { code, message, detail, hint, where } = error as pg.DatabaseError;
		const text = JSON.stringify([code, message, detail, hint, where, heard]);
		const denied = DENIALS[code ?? '']?.test(message) ?? false;
		return { name, gained: holdsSecret(text) || !denied ? text.slice(0, 300) : undefined };
	} finally {
		await client.end();
	}
}

const holdsSecret = (text: string): boolean => SECRETS.some((secret) => text.includes(secret));

/** One line for everything that a statement could change in the catalogue, for the login of that name. */
export const catalogueOf = (login: string): string => `
	select md5(string_agg(line, '|' order by line)) as sum from (
		select oid || relname || coalesce(relacl::text, '') || relrowsecurity || relforcerowsecurity as line from pg_class
			where relnamespace in ('public'::regnamespace, 'etl'::regnamespace)
		union all select oid || proname || coalesce(proacl::text, '') from pg_proc
			where pronamespace in ('public'::regnamespace, 'etl'::regnamespace)
		union all select oid || polname || coalesce(pg_get_expr(polqual, polrelid), '') from pg_policy
		union all select oid || nspname || coalesce(nspacl::text, '') from pg_namespace where nspname !~ '^pg_(toast_)?temp'
		union all select oid || extname from pg_extension
		union all select rolname || rolsuper || rolbypassrls from pg_roles where rolname = '${login}'
		union all select m.roleid || '-' || m.member from pg_auth_members m
			where m.member = (select oid from pg_roles where rolname = '${login}')
	) lines`;
