import type { Pool } from 'pg';

import { ExplainedError } from '../db/postgres/explained-error';
import { importTokens } from '../db/integrations/connect/import-tokens';
import { getPool } from '../db/postgres/pool';
import type { KeyRing } from '../db/vault/key-ring';
import { readDatabaseSettings, type Invocation } from './invocation';
import { requireKeyRingFromEnvironment } from './key-ring';
import { parseImport } from './parse-import';
import { readLines, type InputLine } from './read-lines';

/** In characters. */
const MAX_LINE = 65_536;
/** Each has a result in the output. */
const MAX_LINES = 100_000;

interface LineResult {
	line: number;
	result: 'imported' | 'unchanged' | 'rejected';
	tenantId?: string;
	provider?: string;
	connectionId?: string;
	reason?: string;
}

/** Reads one JSON object per line from standard input. A line that is rejected does not stop the others. */
export async function runConnectionImport(invocation: Invocation): Promise<object> {
	const ring = requireKeyRingFromEnvironment(invocation);
	const pool = getPool(readDatabaseSettings(invocation));
	const lines: LineResult[] = [];
	let hasMore = false;
	for await (const line of readLines(invocation.input, MAX_LINE)) {
		if (line.text?.trim() === '') continue;
		if (lines.length === MAX_LINES) {
			invocation.say(`Only the first ${MAX_LINES} lines were read. Import the rest with another call.`);
			hasMore = true;
			break;
		}
		const result = await importLine(pool, ring, line);
		invocation.say(describeLine(result));
		lines.push(result);
	}
	const count = (result: LineResult['result']): number => lines.filter((one) => one.result === result).length;
	const counts = { imported: count('imported'), unchanged: count('unchanged'), rejected: count('rejected') };
	invocation.say(`${counts.imported} imported, ${counts.unchanged} unchanged, ${counts.rejected} rejected.`);
	return { ok: counts.rejected === 0 && !hasMore, ...counts, ...(hasMore && { hasMore }), lines };
}

async function importLine(pool: Pool, ring: KeyRing, { number: line, text }: InputLine): Promise<LineResult> {
	if (text === undefined)
		return { line, result: 'rejected', reason: `The line has more than ${MAX_LINE} characters.` };
	let named: Pick<LineResult, 'tenantId' | 'provider'> = {};
	try {
		const imported = parseImport(text);
		const { tenantId, provider } = imported;
		named = { tenantId, provider };
		const { result, integrationId } = await importTokens(pool, ring, imported);
		return { line, result, ...named, connectionId: integrationId };
	} catch (error) {
		// What concerns the database concerns every line.
		if (named.tenantId !== undefined && !(error instanceof ExplainedError)) throw error;
		return { line, result: 'rejected', ...named, reason: (error as Error).message };
	}
}

function describeLine({ line, result, tenantId, provider, reason }: LineResult): string {
	const what = tenantId ? ` ${provider} of tenant ${tenantId}` : '';
	return `Line ${line}:${what} ${result}${reason ? `. ${reason}` : ''}`;
}
