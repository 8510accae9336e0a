import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * A text parameter for each item, without the blanks around it. It is read once unless it is an expression: n8n takes
 * a millisecond for each reading of those.
 */
export function textParameter(context: IExecuteFunctions, name: string): (item: number) => string {
	const read = (item: number): string =>
		String(context.getNodeParameter(name, item, '', { extractValue: true }) ?? '').trim();
	const raw = toText(context.getNodeParameter(name, 0, '', { rawExpressions: true }));
	if (raw.startsWith('=') && !isSameForAll(raw)) return read;
	const fixed = read(0);
	return () => fixed;
}

/** An expression that only looks at another node's first item: a hundred thousand of them would take minutes. */
function isSameForAll(raw: string): boolean {
	return /^=\{\{\s*\$\('[^'\\]+'\)\.first\(\)\.json(?:\.\w+)+\s*\}\}$/.test(raw);
}

/** What stands in a field, or in one that is chosen from a list. */
function toText(raw: unknown): string {
	const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
	return typeof value === 'string' ? value : '';
}
