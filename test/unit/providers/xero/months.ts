import { normaliseRecord, type Outcome } from '../../../../nodes/TransformNormalize/normalise-record';
import { incomingRecord, type IncomingRecord } from '../../../../nodes/TransformNormalize/incoming';
import type { PublishedRate } from '../../../../db/rates/read';
import type { Account } from '../../../../nodes/shared/account';
import type { NormaliseSettings } from '../../../../nodes/providers/provider';
import { Conversion } from '../../../../nodes/shared/conversion';

export const SYDNEY: Account = {
	id: 'organisation-1',
	name: 'Harbour Bakery Pty Ltd',
	timezone: 'Australia/Sydney',
	currency: 'AUD',
};

export const SETTINGS: NormaliseSettings = {
	reportingCurrency: 'AUD',
	maxRateAgeDays: 7,
	sectionMap: new Map(),
	stageMap: new Map(),
	clientPer: 'account',
	staleAfterDays: 30,
	recomputeDays: 35,
};

/** A RECORD of `monthlyFinancials` as Extract sends it. */
export function rawMonth(
	record: unknown,
	account: Partial<Account> = {},
	fetchedAt = '2026-11-23T01:00:00.000Z',
) {
	const complete = { ...SYDNEY, ...account };
	const envelope = {
		tenantId: 'tenant-1',
		integrationId: 'integration-1',
		syncRunId: 'run-1',
		provider: 'xero',
		stream: 'monthlyFinancials',
		accountId: complete.id,
	};
	const { month } = (record ?? {}) as { month?: string };
	const json = {
		type: 'RECORD',
		...envelope,
		recordId: month ?? '2026-06',
		account: complete,
		fetchedAt,
		record,
	};
	return { ...incomingRecord(json, 0, envelope), json, envelope };
}

/** What becomes of a record. */
export function normalised(
	incoming: IncomingRecord,
	settings: Partial<NormaliseSettings> = {},
	rates: PublishedRate[] = [],
): Outcome {
	return normaliseRecord(incoming, { ...SETTINGS, ...settings }, new Conversion(rates));
}
