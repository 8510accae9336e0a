import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The field Simplify, for operations whose raw results have more than ten fields. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Whether Simplify is on. Off where an operation has no such field. */
export function readSimplify(context: IExecuteFunctions, item: number): boolean {
	return context.getNodeParameter('simplify', item, false) === true;
}

/** @param simplify turns a raw result into at most ten flat fields, the most useful first and IDs last */
export function simplifyResults<Raw extends object>(
	context: IExecuteFunctions,
	item: number,
	results: readonly Raw[],
	simplify: (raw: Raw) => object,
): object[] {
	return readSimplify(context, item) ? results.map(simplify) : [...results];
}
