import type { IExecuteFunctions } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';

/**
 * Reads a text parameter of each item, trimmed. Unless it is an expression it is read only once: n8n needs a millisecond
 * to evaluate one.
 */
export function textParameter(context: IExecuteFunctions, name: string): (item: number) => string {
	const readValue = (item: number): string =>
		String(context.getNodeParameter(name, item, '', { extractValue: true }) ?? '').trim();
	const raw = getText(context.getNodeParameter(name, 0, '', { rawExpressions: true }));
	if (raw.startsWith('=') && !isSameForAll(raw)) return readValue;
	const fixed = readValue(0);
	return () => fixed;
}

/** Whether an expression only uses another node's first item: evaluating it for 100,000 items would take minutes. */
function isSameForAll(raw: string): boolean {
	return /^=\{\{\s*\$\('[^'\\]+'\)\.first\(\)\.json(?:\.\w+)+\s*\}\}$/.test(raw);
}

/** The text of a plain field or of a resource locator. */
function getText(raw: unknown): string {
	const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
	return typeof value === 'string' ? value : '';
}

/** What a filter chooses: the value of a list to pick from, or a plain text. */
export function readFilter(chosen: unknown): string | undefined {
	return getText(chosen).trim() || undefined;
}

/** The id of the connection chosen for an item. @throws Error if none is chosen */
export function readIntegrationId(context: IExecuteFunctions, item: number): string {
	const id = context.getNodeParameter('integrationId', item, '', { extractValue: true }) as string;
	if (id) return id;
	throw new ExplainedError('No connection is chosen.', 'Pick one in the field Connection.');
}

/** The id of the tenant chosen for an item. @throws Error if none is chosen */
export function readTenantId(context: IExecuteFunctions, item: number): string {
	const id = context.getNodeParameter('tenantId', item, '', { extractValue: true }) as string;
	if (id) return id;
	throw new ExplainedError(
		'No tenant is chosen.',
		'Pick one in the field Tenant, or create it with Zixly Database.',
	);
}
