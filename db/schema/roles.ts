import type { ClientBase } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { getSqlstate } from '../postgres/sqlstate';

/** The roles of a tenant's transactions. `zixly_worker` may switch to each of them but inherits none of their rights. */
const TENANT_ROLES = ['zixly_app', 'zixly_loader', 'zixly_tokens'] as const;

/** The package's roles. None may log in or bypass row-level security. They belong to the whole server. */
export const ROLES = [...TENANT_ROLES, 'zixly_operator', 'zixly_reader', 'zixly_worker'] as const;

interface Situation {
	login: string;
	superuser: boolean;
	/** From PostgreSQL 16 on each membership has its own inherit option; before, the member role had one. */
	inheritsByMembership: boolean;
	existing: string[];
	unsafe: string[];
	/** The tenant roles that `zixly_worker` may act as. */
	held: string[];
	/** Memberships through which `zixly_worker` inherits a tenant role, with their grantors. */
	inherited: Array<{ role: string; grantor: string }>;
	/** Before PostgreSQL 16: whether `zixly_worker` inherits at all. */
	workerInherits: boolean;
	loginHasWorker: boolean;
	loginHasOperator: boolean;
}

/**
 * Creates the missing roles, lets `zixly_worker` act as the tenant roles without inheriting them, and grants
 * `zixly_worker` to the migrating login, all in one transaction.
 * @throws Error with the statements for an administrator, if this login lacks the rights
 */
export async function prepareRoles(client: ClientBase): Promise<void> {
	const situation = await examine(client);
	assertSafe(situation);
	try {
		await client.query('begin');
		for (const statement of buildRoleStatements(situation)) await client.query(statement);
		await tryLending(client, situation);
		await client.query('commit');
	} catch (error) {
		await client.query('rollback');
		if (isAlreadyDone(error)) return await prepareRoles(client);
		throw getSqlstate(error) === '42501' ? administratorError(situation, error) : error;
	}
}

/** Applying functions needs `zixly_operator` for a moment. Whether the login may grant it is tested before it begins. */
async function tryLending(client: ClientBase, situation: Situation): Promise<void> {
	const [statement] = buildLending(situation);
	if (!statement) return;
	await client.query('savepoint lending');
	await client.query(statement);
	await client.query('rollback to savepoint lending');
}

async function examine(client: ClientBase): Promise<Situation> {
	const { rows } = await client.query<Situation>(
		`select current_user as login,
			(select rolsuper from pg_roles where rolname = current_user) as superuser,
			current_setting('server_version_num')::int >= 160000 as "inheritsByMembership",
			array(select rolname::text from pg_roles where rolname = any ($1)) as existing,
			array(select rolname::text from pg_roles
				where rolname = any ($1) and (rolsuper or rolbypassrls or rolcanlogin)) as unsafe,
			array(select role from unnest($2::text[]) role where ${holds("'zixly_worker'", 'role')}) as held,
			(select coalesce(jsonb_agg(jsonb_build_object('role', granted.rolname, 'grantor', m.grantor::regrole)), '[]')
				${MEMBERSHIPS} where granted.rolname = any ($2) and holder.rolname = 'zixly_worker'
					and (to_jsonb(m) ->> 'inherit_option')::boolean) as inherited,
			coalesce((select rolinherit from pg_roles where rolname = 'zixly_worker'), false) as "workerInherits",
			${holds('current_user', "'zixly_worker'", INHERITED)} as "loginHasWorker",
			${holds('current_user', "'zixly_operator'", INHERITED)} as "loginHasOperator"`,
		[ROLES, TENANT_ROLES],
	);
	return rows[0] as Situation;
}

const MEMBERSHIPS = `from pg_auth_members m
	join pg_roles granted on granted.oid = m.roleid
	join pg_roles holder on holder.oid = m.member`;

const INHERITED = "and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)";

/**
 * Whether a member may act as the role. From PostgreSQL 16 on, the creator of a role gets a membership that only lets it
 * grant the role: such a row does not count.
 */
function holds(member: string, role: string, further = ''): string {
	return `exists (
		select ${MEMBERSHIPS}
		where granted.rolname = ${role} and holder.rolname = ${member}
			and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) ${further}
	)`;
}

function assertSafe({ unsafe }: Situation): void {
	if (unsafe.length === 0) return;
	throw new ExplainedError(
		`The role ${unsafe.join(', ')} may log in, is a superuser or bypasses row-level security, so tenants would not be kept apart.`,
		`As an administrator run: ${unsafe.map((role) => `alter role ${role} nologin nosuperuser nobypassrls;`).join(' ')}`,
	);
}

function buildRoleStatements(situation: Situation): string[] {
	const { login, existing, loginHasWorker } = situation;
	const missing = ROLES.filter((role) => !existing.includes(role));
	return [
		...missing.map((role) => `create role ${role} nologin${role === 'zixly_worker' ? ' noinherit' : ''}`),
		...buildMemberships(situation),
		...(loginHasWorker ? [] : [`grant zixly_worker to ${quoteIdentifier(login)}`]),
	];
}

function buildMemberships({
	inheritsByMembership,
	held,
	inherited,
	workerInherits,
	existing,
}: Situation): string[] {
	const options = inheritsByMembership ? ' with inherit false, set true' : '';
	const inherits = existing.includes('zixly_worker') && workerInherits && !inheritsByMembership;
	return [
		...(inherits ? ['alter role zixly_worker noinherit'] : []),
		...inherited.map(
			({ role, grantor }) => `revoke inherit option for ${role} from zixly_worker granted by ${grantor}`,
		),
		...TENANT_ROLES.filter((role) => !held.includes(role)).map(
			(role) => `grant ${role} to zixly_worker${options}`,
		),
	];
}

function buildLending({ login, superuser, loginHasOperator }: Situation): string[] {
	return superuser || loginHasOperator ? [] : [`grant zixly_operator to ${quoteIdentifier(login)}`];
}

/** Another migration in the same cluster created or granted the role at the same time. */
function isAlreadyDone(error: unknown): boolean {
	const state = getSqlstate(error);
	if (state === '42710' || state === '23505') return true;
	return state === 'XX000' && error instanceof Error && error.message.includes('concurrently updated');
}

function administratorError(situation: Situation, cause: unknown): Error {
	const script = [...buildRoleStatements(situation), ...buildLending(situation)].map(
		(statement) => `  ${statement};`,
	);
	return new ExplainedError(
		`The database login "${situation.login}" may not create or grant the roles that keep tenants apart.`,
		`Ask an administrator of the server to run this, then migrate again:
${script.join('\n')}`,
		{ cause },
	);
}

/** A name as a quoted SQL identifier. */
export function quoteIdentifier(identifier: string): string {
	return `"${identifier.replaceAll('"', '""')}"`;
}
