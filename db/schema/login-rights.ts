import type { ClientBase, Pool } from 'pg';

import { asLogin } from '../postgres/transaction';

interface LoginRights {
	login: string;
	superuser: boolean;
	bypassrls: boolean;
}

/** Warns of a login that the tenants' policies do not bind; empty if they do. */
export async function warnOfLoginRights(pool: Pool): Promise<string[]> {
	return await asLogin(pool, warnOfLoginRightsOver);
}

/** The same over a connection that is open already. */
export async function warnOfLoginRightsOver(client: ClientBase): Promise<string[]> {
	const { rows } = await client.query<LoginRights>(
		`select current_user as login, rolsuper as superuser, rolbypassrls as bypassrls
		from pg_roles where rolname = current_user`,
	);
	const { login, superuser, bypassrls } = rows[0]!;
	if (!superuser && !bypassrls) return [];
	const privilege = superuser ? 'is a superuser' : 'bypasses row-level security';
	return [
		`The login "${login}" ${privilege}: its queries outside this package are not limited to one tenant. ` +
			'Use a separate login that has only the role zixly_worker.',
	];
}
