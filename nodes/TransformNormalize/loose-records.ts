import { isObject } from '../shared/shape';
import { ExplainedError } from '../../db/postgres/explained-error';
import type { Envelope } from '../shared/messages';
import { getNormaliser, getProviderName } from '../providers/registry';
import type { SeparatorChoice } from '../providers/manual/file/separated';
import type { UploadSettings } from '../providers/provider';
import { incomingRecord, type IncomingRecord } from './incoming';

/** Where an item's file is, and how to read it. */
export interface FileFields {
	binaryProperty: string;
	separator: SeparatorChoice;
}

/** The node's parameters for raw records, by item. */
export interface LooseSettings {
	provider: string;
	stream(item: number): string;
	/** Empty if the item belongs to none. */
	tenantId(item: number, json: Record<string, unknown>): string;
	accountId(item: number): string;
	accountName(item: number): string;
	/** IANA; UTC if empty. */
	accountTimezone(item: number): string;
	accountCurrency(item: number): string;
	/** `YYYY-MM` */
	period(item: number): string;
	/** Property names separated by dots; empty if the item itself is the record. */
	recordsAt(item: number): string;
	/** The formats of the rows of a file. */
	upload?: UploadSettings;
	/** Each item's file; undefined if the items are the records. */
	file?: FileFields;
}

/**
 * Reads the raw records in a plain item, such as one of an HTTP Request node. They have no run yet.
 * @param now when the workflow runs, ISO 8601
 * @throws Error that names the parameter to fill in
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
		throw new ExplainedError(
			`The stream "${stream}" of ${getProviderName(provider)} is unknown.`,
			'Choose one in Stream.',
		);
	const period = settings.period(item);
	const place = settings.recordsAt(item);
	return findRecords(json, place).map((record, position) => {
		const index = place === '' ? item : position;
		const completed = normaliser.complete({ record, index, period, now, upload: settings.upload });
		const incoming = incomingRecord({ ...completed, account }, item, envelope);
		return normaliser.isEmptyRow?.(record) ? { ...incoming, skipped: true } : incoming;
	});
}

/** Builds the envelope of an item's records. @throws Error that names the parameter to fill in */
export function buildEnvelope(
	item: number,
	json: Record<string, unknown>,
	settings: LooseSettings,
): Envelope {
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
	throw new ExplainedError(`The item has no ${what}.`, `Fill in ${label}.`);
}

function findRecords(json: Record<string, unknown>, path: string): Array<Record<string, unknown>> {
	const found = path === '' ? json : getValue(json, path);
	const records = Array.isArray(found) ? (found as unknown[]) : [found];
	if (records.every(isObject)) return records;
	throw new ExplainedError(`The item has no records at "${path}".`, 'Correct Records At, or leave it empty.');
}

/** Ignores inherited properties such as `constructor`. */
function getValue(json: Record<string, unknown>, path: string): unknown {
	return path.split('.').reduce<unknown>((value, key) => (hasOwn(value, key) ? value[key] : undefined), json);
}

function hasOwn(value: unknown, key: string): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
