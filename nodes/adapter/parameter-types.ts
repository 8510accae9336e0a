import type { IExecuteFunctions, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';

type Field = INodeProperties;
type Group = Readonly<Record<string, unknown>>;

/**
 * The context, with each parameter in the type of its field: an expression may give a number where a text is expected,
 * or a list. What can be meant is converted, an empty value counts as not given, and the rest is rejected by the field's
 * name. Raw expressions are left alone.
 */
export function withParameterTypes(
	context: IExecuteFunctions,
	properties: readonly INodeProperties[],
): IExecuteFunctions {
	const fields = indexFields(properties);
	const read = (...[name, item, fallback, options]: Parameters<Read>): unknown => {
		const value: unknown = context.getNodeParameter(name, item, fallback, options);
		const field = fields.get(name);
		if (!field || options?.rawExpressions) return value;
		return convert(value, field) ?? fallback ?? EMPTY[field.type] ?? '';
	};
	return Object.create(context, { getNodeParameter: { value: read } }) as IExecuteFunctions;
}

type Read = (
	name: string,
	item: number,
	fallback?: unknown,
	options?: { rawExpressions?: boolean },
) => unknown;

const EMPTY: Readonly<Record<string, unknown>> = { collection: {}, fixedCollection: {}, multiOptions: [] };

/** Fields by name. Collections of one name differ by operation: their fields are put together. */
function indexFields(properties: readonly INodeProperties[]): Map<string, Field> {
	const fields = new Map<string, Field>();
	for (const field of properties) {
		const known = fields.get(field.name);
		const options = [...(known?.options ?? []), ...(field.options ?? [])] as Field['options'];
		fields.set(field.name, known && field.type === 'collection' ? { ...known, options } : (known ?? field));
	}
	return fields;
}

/** The value in the type of the field; undefined if there is none. @throws ExplainedError if it cannot be meant */
function convert(value: unknown, field: Field): unknown {
	// What arithmetic on a missing field gives.
	if (value === undefined || value === null || Number.isNaN(value)) return undefined;
	switch (field.type) {
		case 'number':
			return convertNumber(value, field);
		case 'boolean':
			return convertBoolean(value, field);
		case 'collection':
			return convertGroup(asGroup(value, field), field.options as Field[]);
		case 'fixedCollection':
			return convertFixed(asGroup(value, field), field);
		case 'multiOptions':
			return convertList(value, field);
		case 'resourceLocator':
			return isLocator(value)
				? { ...value, value: convertText(value.value, field) }
				: convertText(value, field);
		case 'notice':
			return value;
		default:
			return convertText(value, field);
	}
}

function convertText(value: unknown, field: Field): string {
	if (typeof value === 'string') return value;
	if (value === undefined || value === null) return '';
	if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
		return String(value);
	return readInstant(value) ?? reject(value, field, 'a text');
}

/** n8n's dates in expressions are of Luxon. */
function readInstant(value: unknown): string | undefined {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
	const { toISO } = value as { toISO?: unknown };
	const text: unknown = typeof toISO === 'function' ? toISO.call(value) : undefined;
	return typeof text === 'string' ? text : undefined;
}

function convertNumber(value: unknown, field: Field): number {
	if (typeof value === 'number') return value;
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
	return Number.isFinite(number) ? number : reject(value, field, 'a number');
}

function convertBoolean(value: unknown, field: Field): boolean {
	if (typeof value === 'boolean') return value;
	if (value === 'true' || value === 'false') return value === 'true';
	return reject(value, field, 'true or false');
}

const convertList = (value: unknown, field: Field): string[] =>
	(Array.isArray(value) ? value : convertText(value, field).split(','))
		.map((one) => convertText(one, field).trim())
		.filter(Boolean);

function convertGroup(group: Group, fields: readonly Field[]): Group {
	const converted = Object.entries(group).map(([name, value]) => {
		const field = fields.find((one) => one.name === name);
		return [name, field ? convert(value, field) : value] as const;
	});
	return Object.fromEntries(converted.filter(([, value]) => value !== undefined));
}

function convertFixed(group: Group, field: Field): Group {
	const collections = field.options as INodePropertyCollection[];
	const converted = Object.entries(group).map(([name, value]) => {
		const values = collections.find((one) => one.name === name)?.values;
		if (!values) return [name, value] as const;
		const list = Array.isArray(value) ? value : [value];
		const groups = list.map((one) => convertGroup(asGroup(one, field), values));
		return [name, field.typeOptions?.multipleValues ? groups : groups[0]] as const;
	});
	return Object.fromEntries(converted);
}

function asGroup(value: unknown, field: Field): Group {
	const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isGroup ? (value as Group) : reject(value, field, 'an object with its fields');
}

const isLocator = (value: unknown): value is { value: unknown } =>
	typeof value === 'object' && value !== null && '__rl' in value && 'value' in value;

function reject(value: unknown, { displayName }: Field, expected: string): never {
	throw new ExplainedError(
		`${displayName} must be ${expected}, but it is ${describeValue(value)}.`,
		'Correct its expression.',
	);
}

function describeValue(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'string') return value.trim() === '' ? 'empty' : `"${value.slice(0, MAX_QUOTED)}"`;
	return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}

const MAX_QUOTED = 50;
