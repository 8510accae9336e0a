import type { Pool } from 'pg';

/**
 * The schema as the catalogue knows it, as SQL for people to review: what `pg_dump --schema-only` would say, without
 * needing that program. The same on every supported server version.
 */
export async function dumpSchema(admin: Pool): Promise<string> {
	const sections: string[] = [HEADER];
	for (const [title, text] of SECTIONS) {
		const { rows } = await admin.query<{ line: string }>(text);
		sections.push(`-- ${title}\n\n${rows.map(({ line }) => line).join('\n')}\n`);
	}
	return sections.join('\n');
}

const HEADER = `-- The schema after all migrations, for review. Do not edit: it is made from the catalogue of a migrated
-- database by test/db/schema/drift.test.ts (npx jest test/db/schema/drift.test.ts -u).
`;

const TABLES = `pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'etl')
	and c.relkind in ('r', 'p')`;

const GRANTEE = "case a.grantee when 0 then 'public' else a.grantee::regrole::text end";

const SECTIONS: Array<[title: string, text: string]> = [
	[
		'Types',
		`select format('create type %I.%I as enum (%s);', n.nspname, t.typname,
			string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as line
		from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace
		group by n.nspname, t.typname order by 1`,
	],
	[
		'Tables',
		`select format(E'create table %I.%I (\\n%s\\n);', n.nspname, c.relname,
			string_agg(format(E'\\t%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
				case when a.attnotnull then ' not null' end, ' default ' || pg_get_expr(d.adbin, d.adrelid)),
				E',\\n' order by a.attnum)) as line
		from ${TABLES}
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
		group by n.nspname, c.relname order by n.nspname desc, c.relname`,
	],
	[
		'Constraints',
		`select format('alter table %s add constraint %I %s;', c.oid::regclass, x.conname, pg_get_constraintdef(x.oid)) as line
		from ${TABLES} join pg_constraint x on x.conrelid = c.oid and x.contype <> 'n'
		order by n.nspname desc, c.relname, x.contype desc, x.conname`,
	],
	[
		'Indexes besides those of constraints',
		`select pg_get_indexdef(i.indexrelid) || ';' as line
		from ${TABLES} join pg_index i on i.indrelid = c.oid
		where not exists (select from pg_constraint x where x.conindid = i.indexrelid and x.contype in ('p', 'u'))
		order by n.nspname desc, c.relname, 1`,
	],
	[
		'Views',
		`select format(E'create view %s with (%s) as\n%s', c.oid::regclass, array_to_string(c.reloptions, ', '), 
			-- Newer servers leave out the tables' names before the columns.
			regexp_replace(pg_get_viewdef(c.oid, true), '\\m\\w+\\.', '', 'g')) as line
		from pg_class c where c.relnamespace in ('public'::regnamespace, 'etl'::regnamespace) and c.relkind = 'v' order by 1`,
	],
	[
		'Triggers',
		`select pg_get_triggerdef(t.oid) || ';' as line
		from ${TABLES} join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
		order by n.nspname desc, c.relname, t.tgname`,
	],
	[
		'Row-level security',
		`select format('alter table %s %s row level security%s;', c.oid::regclass,
			case when c.relrowsecurity then 'enable' else 'disable' end,
			case when c.relforcerowsecurity then ', force row level security' end) as line
		from ${TABLES} order by n.nspname desc, c.relname`,
	],
	[
		'Policies',
		`select format(E'create policy %I on %s for %s to %s\\n\\tusing (%s)\\n\\twith check (%s);', p.polname, c.oid::regclass,
			case p.polcmd when '*' then 'all' else p.polcmd::text end,
			(select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(p.polroles) r),
			pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as line
		from ${TABLES} join pg_policy p on p.polrelid = c.oid
		order by n.nspname desc, c.relname, p.polname desc`,
	],
	[
		'Functions',
		`select pg_get_functiondef(p.oid) || format(E';\\nalter function %s owner to %s;\\n', p.oid::regprocedure,
			case p.proowner when 'zixly_operator'::regrole then 'zixly_operator' else 'current_user' end) as line
		from pg_proc p where p.pronamespace = 'etl'::regnamespace order by p.proname`,
	],
	[
		'Rights of the roles',
		`select format('grant %s on %s %s to %s;', string_agg(lower(privilege), ', ' order by privilege), kind, object, grantee) as line
		from (
			select 'table' as kind, c.oid::regclass::text as object, a.privilege_type as privilege, ${GRANTEE} as grantee, a.grantee as oid, c.relowner as owner
			from ${TABLES}, lateral aclexplode(c.relacl) a
			union all
			select 'table', c.oid::regclass::text, a.privilege_type, ${GRANTEE}, a.grantee, c.relowner
			from pg_class c, lateral aclexplode(c.relacl) a
			where c.relnamespace in ('public'::regnamespace, 'etl'::regnamespace) and c.relkind = 'v'
			union all
			select 'table', c.oid::regclass::text, format('%s (%s)', a.privilege_type, string_agg(quote_ident(t.attname), ', ' order by t.attnum)),
				${GRANTEE}, a.grantee, c.relowner
			from ${TABLES} join pg_attribute t on t.attrelid = c.oid, lateral aclexplode(t.attacl) a
			group by c.oid, a.privilege_type, a.grantee, c.relowner
			union all
			select 'function', p.oid::regprocedure::text, a.privilege_type, ${GRANTEE}, a.grantee, p.proowner
			from pg_proc p, lateral aclexplode(p.proacl) a where p.pronamespace = 'etl'::regnamespace
			union all
			select 'schema', s.nspname, a.privilege_type, ${GRANTEE}, a.grantee, s.nspowner
			from pg_namespace s, lateral aclexplode(s.nspacl) a where s.nspname = 'etl'
		) held
		where oid <> owner
		group by kind, object, grantee order by kind desc, object, grantee`,
	],
];
