import { asExplained, ExplainedError } from '../../../db/postgres/explained-error';
import type { Asked } from './plan';
import type { ReadRates } from './published';

/** Currencies whose request failed. */
export interface BankFailure {
	currencies: readonly string[];
	error: Error;
}

/** The rates of a bank. */
export interface BankRates extends ReadRates {
	failures: BankFailure[];
}

/** Then it is an outage, and the remaining currencies are not requested one by one. */
const MAX_FAILURES_IN_A_ROW = 2;

/**
 * Requests the groups one after another. If a group fails or is empty, its currencies are requested one by one, so
 * that the failure of one does not affect the others.
 * @param read requests the rates of a group
 * @throws only if cancelled
 */
export async function readGroups(
	asked: readonly Asked[],
	read: (group: Asked) => Promise<ReadRates>,
	signal?: AbortSignal,
): Promise<BankRates> {
	const all: BankRates = { rates: [], rejected: [], failures: [] };
	for (const group of asked) {
		const answer = await attemptRead(group, read, signal);
		const isSplit = group.currencies.length > 1 && !hasRates(answer);
		for (const one of isSplit ? await readSingly(group, read, signal) : [answer]) addTo(all, one);
	}
	return all;
}

async function readSingly(
	{ currencies, from }: Asked,
	read: (group: Asked) => Promise<ReadRates>,
	signal?: AbortSignal,
): Promise<BankRates[]> {
	const answers: BankRates[] = [];
	for (const [index, currency] of currencies.entries()) {
		const answer = await attemptRead({ currencies: [currency], from }, read, signal);
		answers.push(answer);
		const isOutage =
			answers.length === MAX_FAILURES_IN_A_ROW && answers.every(({ failures }) => failures.length > 0);
		if (!isOutage) continue;
		const { error } = answer.failures[0]!;
		return [...answers, failed({ currencies: currencies.slice(index + 1), error })];
	}
	return answers;
}

async function attemptRead(
	group: Asked,
	read: (group: Asked) => Promise<ReadRates>,
	signal?: AbortSignal,
): Promise<BankRates> {
	try {
		return { ...(await read(group)), failures: [] };
	} catch (error) {
		signal?.throwIfAborted();
		return failed({ currencies: group.currencies, error: error as Error });
	}
}

const failed = (failure: BankFailure): BankRates => ({ rates: [], rejected: [], failures: [failure] });

const hasRates = ({ rates, rejected }: ReadRates): boolean => rates.length + rejected.length > 0;

function addTo(all: BankRates, { rates, rejected, failures }: BankRates): void {
	all.rates = all.rates.concat(rates);
	all.rejected = all.rejected.concat(rejected);
	all.failures.push(...failures);
}

/**
 * Builds the error of a load that failed in whole or in part.
 * @param isStored whether any rate was stored
 */
export function describeFailures(failures: readonly BankFailure[], isStored: boolean): Error | undefined {
	const [first] = failures;
	if (!first) return undefined;
	const currencies = failures.flatMap((failure) => failure.currencies).filter((one) => one !== '');
	const about = currencies.length > 0 ? ` This affects ${currencies.join(', ')}.` : '';
	const rest = isStored ? ' All other rates are stored.' : ' Nothing was changed.';
	const { summary, hint } = asExplained(first.error);
	return new ExplainedError(summary, `${hint}${about}${rest}`.trim(), { cause: first.error });
}
