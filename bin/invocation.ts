import type { Readable } from 'node:stream';

import { settingsFromUrl, type DatabaseSettings } from '../db/postgres/pool';

/** Receives progress and results for people, line by line. */
export type Say = (line: string) => void;

interface Flags {
	'database-url'?: string;
	'dry-run'?: boolean;
	'connection-id'?: string;
	'needs-reconnect'?: boolean;
	name?: string;
	industry?: string;
	'tenant-id'?: string;
	provider?: string;
	all?: boolean;
	'base-url'?: string;
	hours?: string;
	purpose?: string;
	replace?: boolean;
	login?: string;
	search?: string;
}

/** What a command is given. */
export interface Invocation {
	flags: Flags;
	environment: NodeJS.ProcessEnv;
	/** Standard input, for what must not be an argument. */
	input: Readable;
	say: Say;
}

/** @throws Error if no database was named, or its URL cannot be read */
export function readDatabaseSettings({ flags, environment }: Invocation): DatabaseSettings {
	const url = flags['database-url'] || environment.DATABASE_URL;
	if (!url) throw new Error('No database was given. Use --database-url or set DATABASE_URL.');
	return settingsFromUrl(url);
}
