import type { IExecuteFunctions } from 'n8n-workflow';

/** A text parameter for each item. Read once unless it is an expression: n8n takes a millisecond for each of those. */
export function textParameter(context: IExecuteFunctions, name: string): (item: number) => string {
	const given = context.getNodeParameter(name, 0, '', { rawExpressions: true });
	if (typeof given !== 'string' || !given.startsWith('=')) return () => textOf(given);
	return (item) => textOf(context.getNodeParameter(name, item, ''));
}

const textOf = (value: unknown): string =>
	typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
