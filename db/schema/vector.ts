import type { ClientBase } from 'pg';

import { getSqlstate } from '../postgres/sqlstate';

export interface EmbeddingResult {
	state: 'present' | 'unavailable';
	warnings: string[];
}

interface Situation {
	column: boolean;
	available: boolean;
	/** The type's name with its schema, null while the extension is not installed. */
	type: string | null;
}

/**
 * Adds `custom_metrics.embedding` if the server has the vector extension. Not a numbered migration, since the extension
 * may be installed later: every `migrate` tries again.
 */
export async function ensureEmbedding(client: ClientBase): Promise<EmbeddingResult> {
	const situation = await examine(client);
	if (situation.column) return { state: 'present', warnings: [] };
	const type = situation.type ?? (situation.available ? await install(client) : null);
	if (!type) return { state: 'unavailable', warnings: [absent(situation.available)] };
	await client.query(`alter table public.custom_metrics add column if not exists embedding ${type}(1536)`);
	return { state: 'present', warnings: [] };
}

function absent(available: boolean): string {
	const how = available
		? 'As an administrator run "create extension vector" in this database, then migrate again.'
		: "Install PostgreSQL's vector extension (pgvector) on the server, then migrate again.";
	return `The column custom_metrics.embedding was left out because this server has no vector extension. Nothing else needs it. ${how}`;
}

async function examine(client: ClientBase): Promise<Situation> {
	const { rows } = await client.query<Situation>(
		`select
			exists (select from pg_attribute
				where attrelid = 'public.custom_metrics'::regclass and attname = 'embedding'
					and not attisdropped) as column,
			exists (select from pg_available_extensions where name = 'vector') as available,
			(select format('%I.%I', n.nspname, t.typname)
				from pg_type t join pg_namespace n on n.oid = t.typnamespace
				where t.typname = 'vector' and t.typtype = 'b' limit 1) as type`,
	);
	return rows[0] as Situation;
}

async function install(client: ClientBase): Promise<string | null> {
	try {
		await client.query('create extension if not exists vector');
	} catch (error) {
		if (getSqlstate(error) === '42501') return null;
		throw error;
	}
	return (await examine(client)).type;
}
