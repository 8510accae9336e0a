import type { IExecuteFunctions } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { readAuthentication, type Authentication } from '../adapter/authentication';
import type { BudgetLimits } from '../engine/limits/budget';
import type { ProviderDefinition } from '../engine/contract/provider';
import type { ExtractMode } from '../engine/read/run';
import { isMonthKey } from '../shared/months';
import { getProvider } from '../providers/registry';
import { isDay } from '../shared/dates';

/** The node's parameters, read once. */
export interface ExtractSettings {
	definition: ProviderDefinition;
	authentication: Authentication;
	extractMode: ExtractMode;
	budget: BudgetLimits;
	historyStart: string | undefined;
	/** The workflow's time zone, an IANA name. */
	timezone: string;
	/** 0 to 1. */
	dayShare: number;
	timeoutMs: number;
}

interface Options {
	dayBudgetShare?: number;
	historyStart?: string;
	maxMinutes?: number;
	maxRecords?: number;
	requestTimeout?: number;
}

/** @throws Error that says which field to correct */
export function readSettings(context: IExecuteFunctions): ExtractSettings {
	const options = context.getNodeParameter('options', 0, {}) as Options;
	const extractMode = readMode(context);
	return {
		definition: getProvider(context.getNodeParameter('provider', 0) as string),
		authentication: readAuthentication(context, 0),
		extractMode,
		budget: {
			maxRecords: readMaxRecords(context, extractMode, options),
			maxMinutes: readMaxMinutes(options),
		},
		historyStart: parseMonth(options.historyStart),
		timezone: context.getTimezone(),
		dayShare: clamp(options.dayBudgetShare ?? 80, 1, 100) / 100,
		timeoutMs: clamp(options.requestTimeout ?? 60, 1, 300) * 1_000,
	};
}

function readMode(context: IExecuteFunctions): ExtractMode {
	const mode = context.getNodeParameter('mode', 0, 'sync') as ExtractMode['mode'];
	if (mode !== 'backfill') return { mode };
	const from = readDay(context, 'from', 'From');
	const to = readDay(context, 'to', 'To');
	if (from <= to) return { mode, range: { from, to } };
	throw new ExplainedError(`To (${to}) is before From (${from}).`, 'Enter the earlier day in From.');
}

/** Accepts a date with a time, which the editor's date picker gives, or only the date. */
function readDay(context: IExecuteFunctions, name: string, label: string): string {
	const text = String(context.getNodeParameter(name, 0, '') ?? '').trim();
	const day = text.slice(0, 10);
	if (isDay(day)) return day;
	throw new ExplainedError(`${label} "${text}" is not a date.`, 'Choose a day, or enter it like 2026-06-30.');
}

function readMaxRecords(
	context: IExecuteFunctions,
	{ mode }: ExtractMode,
	{ maxRecords = 5_000 }: Options,
): number {
	if (mode === 'preview') return clamp(context.getNodeParameter('limit', 0, 50) as number, 1, 1_000);
	return clamp(maxRecords, 1, 1_000_000);
}

function readMaxMinutes({ maxMinutes = 10 }: Options): number {
	return clamp(maxMinutes, 0.1, 1_440);
}

function parseMonth(text: unknown): string | undefined {
	const month = String(text ?? '').trim();
	if (month === '' || isMonthKey(month)) return month || undefined;
	throw new ExplainedError(
		`History Start "${month}" is not a month.`,
		'Enter it as YYYY-MM, such as 2024-07, or leave it empty.',
	);
}

function clamp(value: number, least: number, most: number): number {
	return Math.min(most, Math.max(least, Number(value) || least));
}
