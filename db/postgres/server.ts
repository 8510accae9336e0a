import type { ClientBase } from 'pg';

interface ServerFacts {
	number: number;
	version: string;
	database: string;
	encoding: string;
	standby: boolean;
	readOnly: boolean;
}

const OLDEST_SERVER = 150000;

/** Why a database cannot be used, and what to do; empty if it can. */
export async function findUnfitSettings(client: ClientBase): Promise<string[]> {
	const { rows } = await client.query<ServerFacts>(
		`select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
			current_database() as database, current_setting('server_encoding') as encoding,
			pg_is_in_recovery() as standby, current_setting('default_transaction_read_only')::bool as "readOnly"`,
	);
	const facts = rows[0]!;
	return CHECKS.flatMap((check) => check(facts) ?? []);
}

const CHECKS: Array<(facts: ServerFacts) => string | undefined> = [
	({ number, version }) =>
		number < OLDEST_SERVER
			? `The server is PostgreSQL ${version}, but 15 or newer is needed. Upgrade the server.`
			: undefined,
	({ database, encoding }) =>
		encoding === 'UTF8'
			? undefined
			: `The database "${database}" has the encoding ${encoding}, which cannot store every text. ` +
				"Use one with UTF8: create database <name> encoding 'UTF8' template template0.",
	({ standby }) =>
		standby ? 'The server is a standby and accepts no writes. Connect to the primary.' : undefined,
	({ standby, readOnly }) =>
		readOnly && !standby
			? 'The database accepts no writes: default_transaction_read_only is on for the server, the database or the ' +
				'login. Some hosts set it when the disk is nearly full: free disk space, then switch it off.'
			: undefined,
];
