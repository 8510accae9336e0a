import type { DataTable } from '../tables';

/**
 * The statement that brings rows of one table to what they should be and writes no other. `nullKeys` says for each
 * column of the table's key whether it is null in all of them: `is not distinct from` could not use the index.
 *
 * Parameters: separator, null mark, number of rows, then as column texts id, client_kpi_id, the table's columns,
 * metadata without `_src`, `_src`. Result: one row, `fates`, a character for each row in order: `+` inserted,
 * `~` updated, `=` unchanged, `<` superseded.
 */
export function upsertSql(table: DataTable, nullKeys: readonly boolean[]): string {
	const cacheKey = `${table.name} ${nullKeys.join()}`;
	let sql = statements.get(cacheKey);
	if (!sql) {
		sql = build(table, nullKeys);
		statements.set(cacheKey, sql);
	}
	return sql;
}

const statements = new Map<string, string>();

// The source stays text until it is needed: parsing it for rows that are unchanged would cost a tenth of the time.
// The lookup is lateral with a limit: as a plain join the planner, who knows the number of rows, reads and hashes
// the whole table for every chunk (measured: 24,000 unchanged rows a second against 65,000).
function build(table: DataTable, nullKeys: readonly boolean[]): string {
	const names = table.columns.map(({ name }) => name);
	const business = names.filter((name) => !table.key.includes(name));
	const key = ['client_kpi_id', ...table.key];
	const list = (prefix: string, columns: readonly string[]) =>
		columns.map((name) => prefix + name).join(', ');
	return `with incoming as materialized (
	${incoming(table)}
), compared as materialized (
	select i.*, stored.id as stored_id, case
		when stored.id is null then '+'
		when (${list('stored.', business)}) is not distinct from (${list('i.', business)})
			and ${withoutSource('stored.metadata')} is not distinct from i.metadata then '='
		when ${newer('stored.metadata', "i.source::jsonb ->> 'version'")} then '<'
		else '~' end as fate
	from incoming i left join lateral (
		select t.id, t.metadata, ${list('t.', business)} from public.${table.name} t
		where ${sameKey('t', 'i', table.key, nullKeys)} limit 1
	) stored on true
), written as (
	insert into public.${table.name} as t (id, client_kpi_id, ${list('', names)}, metadata)
	select id, client_kpi_id, ${list('', names)},
		case when source is null then metadata else metadata || jsonb_build_object('_src', source::jsonb) end
	from compared where fate in ('+', '~') order by ord
	on conflict (${key.join(', ')}) do update
	set ${[...business, 'metadata'].map((name) => `${name} = excluded.${name}`).join(', ')}
	where not ${newer('t.metadata', "excluded.metadata -> '_src' ->> 'version'")}
	returning t.id, ${list('t.', key)}
)
select string_agg(mark, '' order by ord) as fates from (
	select ord, fate as mark from compared where fate in ('=', '<')
	union all
	select c.ord, case
		when w.id is null then '<' -- a newer one came in while this statement ran
		when w.id = c.id then '+'
		else '~' end
	from compared c left join written w on ${sameKey('w', 'c', table.key, nullKeys)}
	where c.fate in ('+', '~')
) marks`;
}

function incoming({ columns }: DataTable): string {
	const casts = columns.map(({ name, type }, index) => `v${index + 2}::${type} as ${name}`);
	const metadata = columns.length + 2;
	const all = Array.from({ length: columns.length + 4 }, (_, index) => index);
	return `select ord, v0 as id, v1 as client_kpi_id, ${casts.join(', ')},
		v${metadata}::jsonb as metadata, v${metadata + 1} as source
	from unnest(${all.map((index) => `string_to_array($${index + 4}, $1, $2)`).join(', ')})
		with ordinality as given(${all.map((index) => `v${index}`).join(', ')}, ord)
	where ord <= $3::int`;
}

function sameKey(left: string, right: string, key: readonly string[], nullKeys: readonly boolean[]): string {
	const columns = key.map((name, index) =>
		nullKeys[index] ? `${left}.${name} is null` : `${left}.${name} = ${right}.${name}`,
	);
	return [`${left}.client_kpi_id = ${right}.client_kpi_id`, ...columns].join(' and ');
}

/** Taking a key out of what is no object is an error. */
const withoutSource = (metadata: string): string =>
	`case when jsonb_typeof(${metadata}) = 'object' then ${metadata} - '_src' else ${metadata} end`;

const newer = (stored: string, version: string): string =>
	`coalesce((${stored} -> '_src' ->> 'version') collate "C" > (${version}), false)`;
