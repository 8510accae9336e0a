import type { IExecuteFunctions } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { UPLOAD, UPLOAD_ACCOUNT } from '../providers/manual';
import { isKnownSource } from '../providers/registry';
import type { NormaliseSettings, SectionKind, StageStatus } from '../providers/provider';
import { sectionLabel } from '../providers/xero/sections';
import { tenantReader } from '../adapter/item-input';
import { NO_CURRENCY } from '../shared/account';
import { textParameter } from '../adapter/parameters';
import type { LooseSettings } from './loose-records';
import { readFileFields, readUploadSettings } from './upload';

interface Options {
	reportingCurrency?: string;
	maxRateAge?: number;
	sectionMap?: { sections?: Array<{ title?: string; countsAs?: SectionKind }> };
	stageMap?: { stages?: Array<{ stage?: string; means?: StageStatus }> };
	clientPer?: NormaliseSettings['clientPer'];
	staleAfter?: number;
	recomputeDays?: number;
}

/** Reads the options, which apply to all items. @throws Error that names an invalid option */
export function readSettings(context: IExecuteFunctions): NormaliseSettings {
	const options = context.getNodeParameter('options', 0, {}) as Options;
	return {
		reportingCurrency: readCurrency(options.reportingCurrency ?? 'AUD'),
		maxRateAgeDays: readDays('Max Rate Age', options.maxRateAge ?? 7, [0, 366]),
		sectionMap: new Map((options.sectionMap?.sections ?? []).map(readSectionSetting)),
		stageMap: new Map((options.stageMap?.stages ?? []).map(readStageSetting)),
		clientPer: options.clientPer === 'company' ? 'company' : 'account',
		staleAfterDays: readDays('Stale After', options.staleAfter ?? 30, [1, 3_650]),
		recomputeDays: readDays('Recompute Days', options.recomputeDays ?? 35, [1, 366]),
	};
}

function readCurrency(text: string): string {
	const currency = text.trim().toUpperCase();
	if (/^[A-Z]{3}$/.test(currency)) return currency;
	throw new ExplainedError(
		`Reporting Currency "${text}" is not a currency.`,
		'Use a code of three letters, such as AUD.',
	);
}

function readDays(label: string, given: unknown, [least, most]: [least: number, most: number]): number {
	const days = Number(given);
	if (Number.isInteger(days) && days >= least && days <= most) return days;
	throw new ExplainedError(
		`${label} is "${String(given)}".`,
		`Enter a whole number of days from ${least} to ${most}.`,
	);
}

function readSectionSetting({
	title = '',
	countsAs = 'expense',
}: {
	title?: string;
	countsAs?: SectionKind;
}) {
	const label = sectionLabel(title);
	if (label === '') {
		throw new ExplainedError(
			'Section Map has an entry without a title.',
			'Fill in the title as it appears in the report, or remove the entry.',
		);
	}
	return [label, countsAs] as const;
}

function readStageSetting({ stage = '', means = 'active' }: { stage?: string; means?: StageStatus }) {
	const key = stage.trim().toLowerCase();
	if (key === '') {
		throw new ExplainedError(
			'Stage Map has an entry without a stage.',
			"Fill in the stage's ID or name at the provider, or remove the entry.",
		);
	}
	return [key, means] as const;
}

const NO_ACCOUNT = {
	accountId: () => UPLOAD_ACCOUNT.id,
	accountName: () => UPLOAD_ACCOUNT.name,
	accountTimezone: () => UPLOAD_ACCOUNT.timezone,
	accountCurrency: () => UPLOAD_ACCOUNT.currency,
	period: () => '',
};

/** Providers whose records may leave out the currency, which is the account's then. */
export const PROVIDERS_WITH_CURRENCY: ReadonlySet<string> = new Set(['xero', 'myob', 'hubspot']);

/** Reads the fields that complete raw records. @throws Error that names an invalid field */
export function readLooseSettings(context: IExecuteFunctions): LooseSettings {
	const provider = String(context.getNodeParameter('provider', 0, UPLOAD));
	if (!isKnownSource(provider)) {
		throw new ExplainedError(`The provider "${provider}" is unknown.`, 'Choose one from the list.');
	}
	const readParameter = (name: string): ((item: number) => string) => textParameter(context, name);
	const upload = readUploadSettings(context);
	const whose = { provider, stream: readParameter('stream'), tenantId: tenantReader(context), upload };
	if (provider === UPLOAD) {
		const file = readFileFields(context);
		return { ...whose, ...NO_ACCOUNT, file, recordsAt: file ? () => '' : readParameter('recordsAt') };
	}
	return {
		...whose,
		accountId: readParameter('accountId'),
		accountName: readParameter('accountName'),
		accountTimezone: readParameter('accountTimezone'),
		accountCurrency: PROVIDERS_WITH_CURRENCY.has(provider)
			? readParameter('accountCurrency')
			: () => NO_CURRENCY,
		period: readParameter('period'),
		recordsAt: readParameter('recordsAt'),
	};
}
