import type { FinishedRun } from '../../../db/runs/finish';
import { getProviderName } from '../../providers/registry';
import { excerpt } from '../../shared/text';

/** Which failed runs make the execution fail too, once everything is stored. */
export type FailWhen = 'everyRun' | 'anyRun' | 'never';

type NamedRun = FinishedRun & { tenantName?: string };

/** Describes which runs failed, why, and what to do. @returns undefined if the execution is to succeed */
export function describeFailedRuns(
	runs: readonly NamedRun[],
	failWhen: FailWhen = 'everyRun',
): { message: string; description: string } | undefined {
	const failed = runs.filter(({ status }) => status === 'failed');
	const limit = failWhen === 'everyRun' ? runs.length : 1;
	if (failWhen === 'never' || failed.length === 0 || failed.length < limit) return undefined;
	const named = failed.slice(0, MAX_NAMED);
	const others = failed.length > MAX_NAMED ? `, and ${failed.length - MAX_NAMED} more` : '';
	const count = runs.length === 1 ? 'The run failed' : `${failed.length} of ${runs.length} runs failed`;
	return {
		message: `${count}: ${named.map(nameRun).join(', ')}${others}`,
		description: [...named.map((run) => `${nameRun(run)}: ${describeReason(run)}`), WHAT_TO_DO].join(' '),
	};
}

const MAX_NAMED = 10;
const MAX_REASON = 300;

const nameRun = ({ tenantName, tenantId, provider }: NamedRun): string =>
	`${excerpt(tenantName ?? tenantId)} (${getProviderName(provider)})`;

const describeReason = ({ error }: NamedRun): string =>
	typeof error?.message === 'string' ? excerpt(error.message, MAX_REASON) : 'the reason is unknown.';

const WHAT_TO_DO =
	'Everything that was read is stored. Sync: Get Health says what to do for each connection; Fail When in this node sets when the execution fails.';
