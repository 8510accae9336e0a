import type { Asked } from './plan';
import type { ReadRates } from './published';

/** Currencies of which a bank's answer could not be used. */
export interface BankFailure {
	currencies: readonly string[];
	error: Error;
}

/** What a bank gave. */
export interface BankRates extends ReadRates {
	failures: BankFailure[];
}

/** An outage is not asked about once for each currency. */
const MAX_FAILURES_IN_A_ROW = 2;

/**
 * Asks for the groups one after another. Where an answer cannot be used, or is empty, the currencies of its group are
 * asked for one by one: the failure of one costs no other anything.
 * @param read gives the rates of a group
 * @throws only where it was cancelled
 */
export async function readGroups(
	asked: readonly Asked[],
	read: (group: Asked) => Promise<ReadRates>,
	signal?: AbortSignal,
): Promise<BankRates> {
	const all: BankRates = { rates: [], refused: [], failures: [] };
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

const failed = (failure: BankFailure): BankRates => ({ rates: [], refused: [], failures: [failure] });

const hasRates = ({ rates, refused }: ReadRates): boolean => rates.length + refused.length > 0;

function addTo(all: BankRates, { rates, refused, failures }: BankRates): void {
	all.rates = all.rates.concat(rates);
	all.refused = all.refused.concat(refused);
	all.failures.push(...failures);
}

/**
 * The error of a load of which some or all could not be read; the rest is stored by then.
 * @param isStored whether anything was
 */
export function describeFailures(failures: readonly BankFailure[], isStored: boolean): Error | undefined {
	const [first] = failures;
	if (!first) return undefined;
	const currencies = failures.flatMap((failure) => failure.currencies).filter((one) => one !== '');
	const about = currencies.length > 0 ? ` This concerns ${currencies.join(', ')}.` : '';
	const rest = isStored ? ' All other rates that came are stored.' : ' Nothing was changed.';
	return new Error(`${first.error.message}${about}${rest}`, { cause: first.error });
}
