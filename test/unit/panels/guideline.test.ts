import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { describe, expect, it } from '@jest/globals';

import { CREDENTIALS, NODES } from '../../support/panels/package-types';

/** A field with where it is, for messages. */
interface Placed {
	place: string;
	field: INodeProperties;
}

type Option = INodePropertyOptions | INodeProperties | INodePropertyCollection;

/** The fields, with those of collections. */
const listFields = (place: string, fields: readonly INodeProperties[]): Placed[] =>
	fields.flatMap((field) => {
		const inner = ((field.options ?? []) as Option[]).flatMap((option) =>
			'values' in option ? option.values : 'type' in option ? [option] : [],
		);
		const here = `${place} › ${field.displayName}`;
		return [{ place: here, field }, ...listFields(here, inner)];
	});

const all: Placed[] = [
	...NODES.flatMap(({ description }) => listFields(description.displayName, description.properties)),
	...CREDENTIALS.flatMap(({ displayName, properties }) => listFields(displayName, properties)),
].filter(({ field }) => field.type !== 'hidden');

const inputs = all.filter(({ field }) => field.type !== 'notice');

const choicesOf = ({ options = [] }: INodeProperties): INodePropertyOptions[] =>
	(options as Option[]).filter((one): one is INodePropertyOptions => !('type' in one) && !('values' in one));

/** The fields for which `isWrong` holds. */
const find = (fields: Placed[], isWrong: (field: INodeProperties) => boolean): string[] =>
	fields.filter(({ field }) => isWrong(field)).map(({ place }) => place);

const SMALL = /^(a|an|and|at|by|for|from|in|of|or|per|the|to|when|n8n)$/;
/** Title Case: every word but small ones begins with a capital letter, a digit or a bracket. */
const isTitle = (text: string): boolean =>
	text.split(' ').every((word, index) => (index > 0 && SMALL.test(word)) || /^[A-Z0-9(]/.test(word));

describe('n8n’s UX guideline', () => {
	it('has labels in Title Case', () => {
		expect(all.length).toBeGreaterThan(120);
		expect(find(inputs, ({ displayName }) => !isTitle(displayName))).toEqual([]);
	});

	it('has operations and resources in Title Case, and actions in sentence case', () => {
		const named = inputs.filter(({ field: { name } }) => name === 'operation' || name === 'resource');
		const choices = named.flatMap(({ field }) => choicesOf(field));
		expect(choices.length).toBeGreaterThan(30);
		expect(choices.map(({ name }) => name).filter((name) => !isTitle(name))).toEqual([]);
		const operations = named.filter(({ field }) => field.name === 'operation');
		const actions = operations.flatMap(({ field }) => choicesOf(field).map(({ action = '' }) => action));
		expect(actions.filter((action) => !/^[A-Z][a-z]+( [a-zA-Z]+)+$/.test(action))).toEqual([]);
	});

	it('has placeholders of texts that begin with "e.g.", and of collections with "Add"', () => {
		const shown = inputs.filter(({ field }) => field.placeholder !== undefined);
		expect(
			find(shown, ({ type, placeholder }) =>
				/ollection/.test(type) ? !/^Add /.test(placeholder!) : !/^e\.g\. /.test(placeholder!),
			),
		).toEqual([]);
	});

	it('describes a switch with "Whether"', () => {
		expect(
			find(inputs, ({ type, description }) => type === 'boolean' && !/^Whether /.test(description ?? '')),
		).toEqual([]);
	});

	it('marks the fields as required without which an operation can do nothing', () => {
		const isFilter = ({ place, field }: Placed): boolean =>
			/Filters/.test(place) || !!field.displayOptions?.show?.resource?.includes('kpi');
		const needed = inputs.filter((one) => NEEDED.has(one.field.name) && !isFilter(one));
		expect(new Set(needed.map(({ field }) => field.name))).toEqual(NEEDED);
		expect(find(needed, ({ required }) => required !== true)).toEqual([]);
	});

	it('explains every field that is no mere choice of resource or operation', () => {
		const PLAIN = new Set(['resource', 'operation']);
		const isGroup = ({ type }: INodeProperties): boolean => type === 'collection';
		expect(
			find(
				inputs,
				(field) =>
					!PLAIN.has(field.name) &&
					!isGroup(field) &&
					!field.description &&
					!field.hint &&
					choicesOf(field).every(({ description }) => !description) &&
					!OBVIOUS.has(field.displayName),
			),
		).toEqual([]);
	});

	it('ends a single sentence without a full stop, and several with one', () => {
		const isWrong = ({ description = '' }: INodeProperties): boolean =>
			/[.!?] [A-Za-z]/.test(description) ? !/[.!?]$/.test(description) : /\.$/.test(description);
		expect(find(inputs, isWrong)).toEqual([]);
	});

	it('lets people choose tenants, connections and clients from a list that can be searched', () => {
		const things = inputs.filter(({ field }) => /^(tenantId|integrationId|clientKpiId)$/.test(field.name));
		expect(things.length).toBeGreaterThan(10);
		expect(
			find(
				things,
				({ type, modes = [] }) => type !== 'resourceLocator' || modes[0]?.typeOptions?.searchable !== true,
			),
		).toEqual([]);
	});

	it('has Simplify on by default, with n8n’s words', () => {
		const simplify = inputs.filter(({ field }) => field.name === 'simplify');
		expect(simplify.length).toBeGreaterThan(5);
		expect(find(simplify, ({ default: preset }) => preset !== true)).toEqual([]);
	});

	it('calls a connection a connection, never an integration', () => {
		const texts = all.flatMap(({ place, field }) =>
			[field.displayName, field.description, field.hint, field.placeholder]
				.concat(choicesOf(field).flatMap(({ name, description }) => [name, description]))
				.filter((text) => /\bintegrations?\b/i.test(text ?? ''))
				.map((text) => `${place}: ${text}`),
		);
		expect(texts).toEqual([]);
	});

	it('has no raw key as the name of a choice', () => {
		const isKey = (name: string): boolean => /^[a-z]+[A-Z]|_/.test(name);
		expect(find(inputs, (field) => choicesOf(field).some(({ name }) => isKey(name)))).toEqual([]);
	});
});

/** Names of fields without which an operation can do nothing. */
const NEEDED = new Set([
	...['tenantId', 'tenantField', 'clientKpiId', 'externalId', 'login', 'rejectedRecordIds'],
	...['accountCurrency', 'binaryPropertyName'],
]);

/** Fields that their label explains: those of a database login. */
const OBVIOUS = new Set([
	'Host',
	'Port',
	'Database',
	'Password',
	'Industry',
	'Authorization URL',
	'Access Token URL',
]);
