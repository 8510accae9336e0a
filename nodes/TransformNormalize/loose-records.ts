import type { Envelope } from '../shared/messages';
import { getNormaliser } from '../providers/normalisers';
import type { SeparatorChoice } from '../providers/manual/file/separated';
import type { UploadSettings } from '../providers/normaliser';
import { incomingRecord, type IncomingRecord } from './incoming';

/** Where an item has its file, and how it is read. */
export interface FileFields {
	binaryProperty: string;
	separator: SeparatorChoice;
}

/** What the node's parameters say about raw records, by item. */
export interface LooseSettings {
	provider: string;
	stream(item: number): string;
	/** Empty where the item belongs to none. */
	tenantId(item: number, json: Record<string, unknown>): string;
	accountId(item: number): string;
	accountName(item: number): string;
	/** IANA; UTC where it is empty. */
	accountTimezone(item: number): string;
	accountCurrency(item: number): string;
	/** `YYYY-MM` */
	period(item: number): string;
	/** Names of properties with dots between them; empty where the item itself is the record. */
	recordsAt(item: number): string;
	/** How the rows of a file are written. */
	upload?: UploadSettings;
	/** The file that each item brings; undefined where the items are the records. */
	file?: FileFields;
}

/**
 * The raw records in an item of a user's own, such as one of an HTTP Request node. They are of no run yet.
 * @param now when the workflow runs, ISO 8601
 * @throws Error where a record cannot be placed, with the parameter to fill in
 */
export function looseRecords(
	json: Record<string, unknown>,
	item: number,
	settings: LooseSettings,
	now: string,
): IncomingRecord[] {
	const envelope = buildEnvelope(item, json, settings);
	const account = {
		id: envelope.accountId,
		name: settings.accountName(item) || envelope.accountId,
		timezone: settings.accountTimezone(item) || 'Etc/UTC',
		currency: required(settings.accountCurrency(item), 'currency', 'Account Currency').toUpperCase(),
	};
	const { provider, stream } = envelope;
	const normaliser = getNormaliser(provider, stream);
	if (!normaliser)
		throw new Error(`The stream "${stream}" of ${provider} is not known. Choose one in Stream.`);
	const period = settings.period(item);
	const place = settings.recordsAt(item);
	return findRecords(json, place).map((record, position) => {
		const index = place === '' ? item : position;
		const completed = normaliser.complete({ record, index, period, now, upload: settings.upload });
		const incoming = incomingRecord({ ...completed, account }, item, envelope);
		return normaliser.isEmptyRow?.(record) ? { ...incoming, skipped: true } : incoming;
	});
}

/** Whose the records of an item are. @throws Error that names the parameter to fill in */
export function buildEnvelope(item: number, json: Record<string, unknown>, settings: LooseSettings): Envelope {
	return {
		tenantId: required(settings.tenantId(item, json), 'tenant', 'Tenant'),
		integrationId: null,
		syncRunId: null,
		provider: settings.provider,
		stream: required(settings.stream(item), 'stream', 'Stream'),
		accountId: required(settings.accountId(item), 'account', 'Account ID'),
	};
}

function required(value: string, what: string, label: string): string {
	if (value !== '') return value;
	throw new Error(`The item has no ${what}. Fill in ${label}.`);
}

function findRecords(json: Record<string, unknown>, path: string): Array<Record<string, unknown>> {
	const found = path === '' ? json : getValue(json, path);
	const records = Array.isArray(found) ? (found as unknown[]) : [found];
	if (records.every(isObject)) return records;
	throw new Error(`There are no records at "${path}" in the item. Correct Records At, or leave it empty.`);
}

/** Only what the item itself holds counts, not what every object inherits. */
function getValue(json: Record<string, unknown>, path: string): unknown {
	return path.split('.').reduce<unknown>((value, key) => (hasOwn(value, key) ? value[key] : undefined), json);
}

function hasOwn(value: unknown, key: string): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
