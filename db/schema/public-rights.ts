import type { ClientBase } from 'pg';

import { quoteIdentifier } from './roles';

interface PublicRights {
	database: string;
	login: string;
	connects: boolean;
	/** Whether the login may connect through a right of its own, not only through PUBLIC. */
	keepsConnecting: boolean;
	creates: boolean;
}

/**
 * Warns of rights that every login of the server has in this database, with the statement that revokes them. Roles
 * belong to the whole server: unless connecting is limited, a test system's n8n or another database's reader can connect
 * here too.
 */
export async function warnOfPublicRights(client: ClientBase): Promise<string[]> {
	const { rows } = await client.query<PublicRights>(PUBLIC_RIGHTS);
	const { database, login, connects, keepsConnecting, creates } = rows[0]!;
	const name = quoteIdentifier(database);
	const keep = keepsConnecting ? '' : ` grant connect on database ${name} to ${quoteIdentifier(login)};`;
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
