import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProviderDefinition } from '../engine/definition';
import { isMonthKey } from '../engine/months';
import { providerOf } from '../providers/registry';

/** The node's parameters, read once. */
export interface ExtractSettings {
	definition: ProviderDefinition;
	authentication: 'storedIntegration' | 'n8nCredential';
	historyStart: string | undefined;
	/** 0 to 1. */
	dayShare: number;
	timeoutMs: number;
}

interface Options {
	dayBudgetShare?: number;
	historyStart?: string;
	requestTimeout?: number;
}

/** @throws Error that says which field to correct */
export function settingsOf(context: IExecuteFunctions): ExtractSettings {
	const options = context.getNodeParameter('options', 0, {}) as Options;
	return {
		definition: providerOf(context.getNodeParameter('provider', 0) as string),
		authentication: context.getNodeParameter('authentication', 0) as ExtractSettings['authentication'],
		historyStart: monthIn(options.historyStart),
		dayShare: within(options.dayBudgetShare ?? 80, 1, 100) / 100,
		timeoutMs: within(options.requestTimeout ?? 60, 1, 300) * 1_000,
	};
}

function monthIn(text: unknown): string | undefined {
	const month = String(text ?? '').trim();
	if (month === '' || isMonthKey(month)) return month || undefined;
	throw new Error(
		`History Start "${month}" is not a month. Enter year and month like 2024-07, or leave it empty.`,
	);
}

function within(value: number, least: number, most: number): number {
	return Math.min(most, Math.max(least, Number(value) || least));
}
