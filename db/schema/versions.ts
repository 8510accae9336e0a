/** A schema version and the names of the migrations that lead to it from the previous version. */
export interface SchemaVersion {
	version: string;
	migrations: readonly string[];
}

/** Oldest first. A released migration is never edited, renamed or removed. */
export const SCHEMA_VERSIONS: readonly SchemaVersion[] = [
	{
		version: '1.0',
		migrations: ['0001_schema', '0002_pipeline', '0003_tenant_isolation'],
	},
];

export const MIGRATIONS_SCHEMA = 'etl';
export const MIGRATIONS_TABLE = 'schema_migrations';

/** The schema version that `migrate` brings a database to. */
export const PACKAGE_VERSION = SCHEMA_VERSIONS.at(-1)?.version ?? '0';

const KNOWN = SCHEMA_VERSIONS.flatMap(({ migrations }) => migrations);

/** The newest version whose migrations have all been applied, or null. */
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
