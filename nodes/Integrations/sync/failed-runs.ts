import type { FinishedRun } from '../../../db/runs/finish';
import { getProviderName } from '../../providers/registry';
import { excerpt } from '../../shared/text';

/** Which failed runs make the execution fail too, once everything is stored. */
export type FailWhen = 'anyRun' | 'anythingMissing' | 'everyRun' | 'never';

export type NamedRun = FinishedRun & { tenantName?: string };

/** Describes which runs failed, why, and what to do. @returns undefined if the execution is to succeed */
export function describeFailedRuns(
	runs: readonly NamedRun[],
	failWhen: FailWhen = 'everyRun',
): { message: string; description: string } | undefined {
	const failed = runs.filter(
		({ status }) => status === 'failed' || (failWhen === 'anythingMissing' && status !== 'succeeded'),
	);
	const limit = failWhen === 'everyRun' ? runs.length : 1;
	if (failWhen === 'never' || failed.length === 0 || failed.length < limit) return undefined;
	const named = failed.slice(0, MAX_NAMED);
	const others = failed.length > MAX_NAMED ? `, and ${failed.length - MAX_NAMED} more` : '';
	const what = failed.every(({ status }) => status === 'failed') ? 'failed' : 'did not store everything';
	const count = runs.length === 1 ? `The run ${what}` : `${failed.length} of ${runs.length} runs ${what}`;
	return {
		message: `${count}: ${named.map(nameRun).join(', ')}${others}`,
		description: [...named.map((run) => `${nameRun(run)}: ${describeReason(run)}`), WHAT_TO_DO].join(' '),
	};
}

const MAX_NAMED = 10;
const MAX_REASON = 300;
const MAX_WARNING = 1_500;

export const nameRun = ({ tenantName, tenantId, provider }: NamedRun): string =>
	`${excerpt(tenantName ?? tenantId)} (${getProviderName(provider)})`;

/** A partial run without a failed stream has warnings, which end with what to do. */
export function describeReason({ error, warnings }: NamedRun): string {
	if (typeof error?.message === 'string') return excerpt(error.message, MAX_REASON);
	return excerpt(warnings.join(' '), MAX_WARNING) || 'the reason is unknown.';
}

const WHAT_TO_DO =
	'Everything that was read is stored. Sync: Get Health says what to do for each connection; Fail When in this node sets when the execution fails.';
