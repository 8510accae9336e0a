import type { ClientBase } from 'pg';

import { quoted } from './roles';

interface PublicRights {
	database: string;
	login: string;
	connects: boolean;
	/** The login's own right, apart from what everybody has. */
	keepsConnecting: boolean;
	creates: boolean;
}

/**
 * Says what every login of the server may do with this database, and the statement that ends it. Roles belong to the
 * server: without a limit on who connects, a test system's n8n or another database's reader gets in here too.
 */
export async function warnOfPublicRights(client: ClientBase): Promise<string[]> {
	const { rows } = await client.query<PublicRights>(PUBLIC_RIGHTS);
	const { database, login, connects, keepsConnecting, creates } = rows[0]!;
	const name = quoted(database);
	const keep = keepsConnecting ? '' : ` grant connect on database ${name} to ${quoted(login)};`;
	return [
		...(connects
			? [
					`Every login of this server may connect to the database ${name}, for instance that of a test system with the ` +
						'same roles. As its owner run, with a grant for each further login that needs it: ' +
						`revoke connect on database ${name} from public;${keep}`,
				]
			: []),
		...(creates
			? [
					'Every login of this database may create objects in the schema public, as before PostgreSQL 15. As an ' +
						'administrator run: revoke create on schema public from public;',
				]
			: []),
	];
}

const PUBLIC_RIGHTS = `
	select d.datname as database, current_user as login,
		exists (select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
			where a.grantee = 0 and a.privilege_type = 'CONNECT') as connects,
		exists (select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
			where a.grantee <> 0 and a.privilege_type = 'CONNECT' and pg_has_role(a.grantee, 'usage'))
			or (select rolsuper from pg_roles where rolname = current_user) as "keepsConnecting",
		exists (select from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
			where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE') as creates
	from pg_database d where d.datname = current_database()`;
