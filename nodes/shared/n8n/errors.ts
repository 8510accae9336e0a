import { NodeOperationError, type INode } from 'n8n-workflow';

interface Explanation {
	message: string;
	description: string;
}

const CONNECTION_CODES = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ECONNRESET',
]);

/** What a person can do about the database errors that settings cause, by SQLSTATE. */
const BY_SQLSTATE: Record<string, Explanation> = {
	'28P01': {
		message: 'The database refused the user name or password',
		description: 'Check User and Password in the Zixly Postgres credential.',
	},
	'28000': {
		message: 'The database refused this login',
		description: 'Check User, and whether the server asks for TLS, in the Zixly Postgres credential.',
	},
	'3D000': {
		message: 'The database does not exist on this server',
		description: 'Check Database in the Zixly Postgres credential, or create the database first.',
	},
	'3F000': {
		message: 'The database has no Zixly schema yet',
		description: 'Run the workflow "Zixly Setup", or the Zixly Database node with Schema: Migrate, once.',
	},
	'42501': {
		message: 'This login may not do that in the database',
		description:
			'Grant it the role zixly_worker (as an administrator: GRANT zixly_worker TO "<the login>"), or use the login that migrated the schema.',
	},
	'53300': {
		message: 'The database has no free connection',
		description:
			'Lower Max Connections in the Zixly Postgres credential, or raise max_connections on the server.',
	},
};
for (const code of ['42P01', '42883', '42704']) BY_SQLSTATE[code] = BY_SQLSTATE['3F000']!;

/**
 * An error of plain code as n8n shows it: what happened as the message, what to do as the description.
 * An error that is n8n's own already passes as it is: wrapping it again would lose its item.
 */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError {
	if (error instanceof Error && error.name === 'NodeOperationError') return error as NodeOperationError;
	const { message, description } = explain(error as Error & { code?: string });
	return new NodeOperationError(node, message, { description, itemIndex });
}

/** What happened and what to do, in words for a person. */
export function explain(error: Error & { code?: string }): Explanation {
	const code = error.code ?? '';
	if (CONNECTION_CODES.has(code)) return unreachable(error);
	return BY_SQLSTATE[code] ?? sentences(error.message || String(error));
}

// n8n swaps a message that holds such a code for a stock sentence, hence the description.
function unreachable(error: Error): Explanation {
	return {
		message: 'The database does not answer',
		description: `Check Host, Port and TLS in the Zixly Postgres credential, and that the server runs. (${error.message})`,
	};
}

/** Our errors say first what happened, then what to do. */
function sentences(text: string): Explanation {
	const end = text.search(/[.!?]\s/);
	if (end < 0) return { message: text, description: '' };
	return { message: text.slice(0, end), description: text.slice(end + 1).trim() };
}
