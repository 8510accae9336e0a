import { z } from 'zod/v4';

import { Rejection } from './rejection';

/**
 * Parses a value with a schema. Properties that the schema does not name are kept.
 * @param path the value's path in the record, for the rejection
 * @throws Rejection with `code`, naming the first path that does not match
 */
export function parseAs<T>(shape: z.ZodType<T>, value: unknown, path: string, code = 'invalid_record'): T {
	const result = shape.safeParse(value, { error: plainWords });
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const place = buildPath(path, issue?.path ?? []);
	throw new Rejection(code, place, `${place || 'The record'} ${issue?.message ?? 'is not as expected'}.`);
}

/** Appends keys to a path, such as `Reports[0].Rows`. */
function buildPath(path: string, keys: readonly PropertyKey[]): string {
	return keys.reduce<string>((place, key) => {
		if (typeof key === 'number') return `${place}[${key}]`;
		return place === '' ? String(key) : `${place}.${String(key)}`;
	}, path);
}

const KINDS: Record<string, string> = {
	string: 'a text',
	number: 'a number',
	boolean: 'true or false',
	object: 'an object',
	record: 'an object',
	array: 'a list',
};

const plainWords: z.core.$ZodErrorMap = (issue) => {
	if (issue.code !== 'invalid_type') return undefined;
	const wanted = KINDS[issue.expected] ?? issue.expected;
	return issue.input === undefined ? `is missing; ${wanted} is expected there` : `is not ${wanted}`;
};

/** Whether a value parsed from JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
