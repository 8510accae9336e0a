import type { SyncRun } from '../../../db/runs/list';
import { excerpt } from '../../shared/text';

/**
 * How far a run is, in words, such as "account 3 of 12 (Kiwi Ltd), monthlyFinancials, month 7 of 13, 120 records so far";
 * null once it has ended.
 */
export function describeProgress({
	status,
	progress,
	counts,
}: Pick<SyncRun, 'status' | 'progress' | 'counts'>): string | null {
	if (status !== 'running') return null;
	const stored = countStored(counts);
	if (!progress) return stored > 0 ? `${stored} rows stored so far` : 'Not read yet';
	return [
		progress.account
			? `Account ${progress.account} of ${progress.accounts}${nameAccount(progress)}`
			: 'Beginning',
		...(progress.stream ? [excerpt(progress.stream)] : []),
		...(progress.month ? [`month ${progress.month} of ${progress.months}`] : []),
		`${progress.records} records so far`,
		...(stored > 0 ? [`${stored} rows stored`] : []),
	].join(', ');
}

type Progress = NonNullable<SyncRun['progress']>;

const nameAccount = ({ accountName }: Progress): string => (accountName ? ` (${excerpt(accountName)})` : '');

const countStored = (counts: SyncRun['counts']): number =>
	Object.values(counts).reduce((total, { rows }) => total + (rows?.produced ?? 0), 0);
