/** A version of the schema and the migrations, by name, that lead to it from the version before. */
export interface SchemaVersion {
	version: string;
	migrations: readonly string[];
}

/** Oldest first. A migration that has shipped is never edited, renamed or taken out. */
export const SCHEMA_VERSIONS: readonly SchemaVersion[] = [
	{
		version: '1.0',
		migrations: ['0001_schema', '0002_pipeline', '0003_tenant_isolation'],
	},
];

export const MIGRATIONS_SCHEMA = 'etl';
export const MIGRATIONS_TABLE = 'schema_migrations';

/** What this package brings a database to. */
export const PACKAGE_VERSION = SCHEMA_VERSIONS.at(-1)?.version ?? '0';

const KNOWN = SCHEMA_VERSIONS.flatMap(({ migrations }) => migrations);

/** The newest version whose migrations have all been applied; null when there is none yet. */
export function findVersion(applied: readonly string[]): string | null {
	const complete = SCHEMA_VERSIONS.filter(({ migrations }) =>
		migrations.every((name) => applied.includes(name)),
	);
	return complete.at(-1)?.version ?? null;
}

/** The package's migrations that have not been applied, in order. */
export function listPending(applied: readonly string[]): string[] {
	return KNOWN.filter((name) => !applied.includes(name));
}

/** Applied migrations that this package does not know: the database is newer than the package. */
export function listUnknown(applied: readonly string[]): string[] {
	return applied.filter((name) => !KNOWN.includes(name));
}
