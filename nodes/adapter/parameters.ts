import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Reads a text parameter of each item, trimmed. Unless it is an expression it is read only once: n8n needs a millisecond
 * to evaluate one.
 */
export function textParameter(context: IExecuteFunctions, name: string): (item: number) => string {
	const read = (item: number): string =>
		String(context.getNodeParameter(name, item, '', { extractValue: true }) ?? '').trim();
	const raw = toText(context.getNodeParameter(name, 0, '', { rawExpressions: true }));
	if (raw.startsWith('=') && !isSameForAll(raw)) return read;
	const fixed = read(0);
	return () => fixed;
}

/** Whether an expression only uses another node's first item: evaluating it for 100,000 items would take minutes. */
function isSameForAll(raw: string): boolean {
	return /^=\{\{\s*\$\('[^'\\]+'\)\.first\(\)\.json(?:\.\w+)+\s*\}\}$/.test(raw);
}

/** The text of a plain field or of a resource locator. */
function toText(raw: unknown): string {
	const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
	return typeof value === 'string' ? value : '';
}
