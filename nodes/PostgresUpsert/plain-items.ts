import type { IDataObject } from 'n8n-workflow';

import type { LoadRow } from '../../db/load/input';
import { dataTables, type DataTable } from '../../db/schema/tables';

/** The node's fields for a plain item. */
export interface PlainItemSettings {
	table: string;
	clientIdField: string;
	clientNameField: string;
	/** The item's field that names the tenant; empty if the node's field Tenant does. */
	tenantField: string;
	sourceSystem: string;
	ignoreUnknownFields: boolean;
}

/** Fields of an item that name its tenant; they are not columns. */
const TENANT_FIELDS = ['tenantId', 'tenant_id'];

/** The tenant that an item names, whatever the node's fields say; undefined if it names none. */
export const getStatedTenant = (json: IDataObject): unknown =>
	TENANT_FIELDS.filter((name) => Object.hasOwn(json, name)).map((name) => json[name])[0];

/**
 * Turns a plain item into a row. Invalid values are kept: the loader rejects the row and stores it with the reason.
 */
export function toRow(json: IDataObject, settings: PlainItemSettings, syncRunId: string): LoadRow {
	const { sourceSystem, ignoreUnknownFields } = settings;
	const clientIdField = findField(json, settings.clientIdField);
	const clientNameField = findField(json, settings.clientNameField);
	const table = dataTables.get(settings.table);
	const nonColumns = new Set([
		clientIdField,
		clientNameField,
		settings.tenantField,
		'industry',
		...TENANT_FIELDS,
	]);
	const row = table ? readColumns(json, table, nonColumns, ignoreUnknownFields) : { ...json };
	row.sourceSystem ??= sourceSystem;
	const clientId = getOwnField(json, clientIdField) as string;
	const recordId = identifyItem(clientId, row, table);
	const origin = { recordId, stream: settings.table, accountId: '' };
	row.metadata = addSource(row.metadata, { version: null, ...origin, syncRunId });
	return {
		...origin,
		table: settings.table,
		client: {
			externalId: '',
			clientId,
			clientName: getOwnField(json, clientNameField) as string,
			industry: (getOwnField(json, 'industry') ?? null) as string | null,
		},
		row,
	};
}

/** Ignores inherited properties such as `constructor`. */
const getOwnField = (json: IDataObject, name: string): unknown =>
	Object.hasOwn(json, name) ? json[name] : undefined;

/** The field's name as the item spells it, in camelCase or snake_case. */
function findField(json: IDataObject, name: string): string {
	if (Object.hasOwn(json, name)) return name;
	const camel = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
	const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	return [camel, snake].find((spelling) => Object.hasOwn(json, spelling)) ?? name;
}

/** Maps fields to the columns' camelCase names. A field in both spellings is kept twice, so that the loader rejects it. */
function readColumns(
	json: IDataObject,
	table: DataTable,
	nonColumns: ReadonlySet<string>,
	ignoreUnknownFields: boolean,
): Record<string, unknown> {
	const row = new Map<string, unknown>();
	for (const [field, value] of Object.entries(json)) {
		if (nonColumns.has(field)) continue;
		const property = findProperty(table, field);
		if (property) row.set(row.has(property) ? `${field} (twice)` : property, value);
		else if (!ignoreUnknownFields) row.set(field, value);
	}
	return Object.fromEntries(row);
}

function findProperty(table: DataTable, field: string): string | undefined {
	if (table.properties.has(field)) return field;
	return table.columns.find(({ name }) => name === field)?.property;
}

/** Joins the key's values, so that a corrected copy of the row has the same id. Empty if the key is incomplete. */
function identifyItem(clientId: unknown, row: Record<string, unknown>, table: DataTable | undefined): string {
	const properties = table?.keyIndexes.map((index) => table.columns[index]!.property) ?? [];
	const values = [clientId, ...properties.map((property) => row[property])];
	const texts = values.map(toKeyText);
	return texts.includes('') ? '' : texts.join('|');
}

/** JavaScript and Luxon dates have `toJSON`; other objects cannot be part of a key. */
function toKeyText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value ?? '');
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? String(toJSON.call(value)) : '';
}

/** Metadata that is not an object stays unchanged, for the loader to reject. */
function addSource(metadata: unknown, source: object): unknown {
	if (metadata === undefined || metadata === null || metadata === '') return { _src: source };
	return typeof metadata === 'object' && !Array.isArray(metadata) ? { ...metadata, _src: source } : metadata;
}
