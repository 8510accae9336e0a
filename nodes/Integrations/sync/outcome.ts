import { FAILURE_CLASSES } from '../../shared/failure-classes';
import type { Envelope, FailureMessage, Message, StateMessage } from '../../shared/messages';

/** What a run achieved, according to its messages. */
export interface RunOutcome {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string;
	provider: string;
	/** `finishRun` turns succeeded into partial if the stored counts include rejected or unreadable records. */
	status: 'succeeded' | 'partial' | 'failed';
	/** Those that wait for a consent come last. */
	failures: FailureMessage[];
	/** The source has more than this run read: another run should follow at once. */
	hasMore: boolean;
	/** It moved no state, like a replay or a backfill: the next sync stays due as before. */
	keepsSchedule: boolean;
	/** Only a person can fix it: an automatic retry would fail again. */
	requiresAction: boolean;
	warnings: string[];
}

/** Summarizes every run that has a message, in order of appearance. */
export function summarizeRuns(messages: Message[]): RunOutcome[] {
	const runs = new Map<string, Message[]>();
	for (const message of messages) {
		if (!message.syncRunId) continue;
		const ofRun = runs.get(message.syncRunId);
		if (ofRun) ofRun.push(message);
		else runs.set(message.syncRunId, [message]);
	}
	return [...runs.values()].map(summarizeRun);
}

function summarizeRun(messages: Message[]): RunOutcome {
	const failures = messages.filter((message): message is FailureMessage => message.type === 'FAILURE');
	const states = messages.filter((message): message is StateMessage => message.type === 'STATE');
	const { tenantId, integrationId, syncRunId, provider } = messages[0]!;
	const status = chooseRunStatus(failures, states);
	const hasMore = states.some((state) => state.hasMore);
	return {
		tenantId,
		integrationId,
		syncRunId: syncRunId!,
		provider,
		status,
		failures: failures.sort((a, b) => Number(waitsForConsent(a)) - Number(waitsForConsent(b))),
		hasMore,
		keepsSchedule: failures.length === 0 && !hasMore && states.length > 0 && states.every(movesNothing),
		requiresAction: status === 'failed' && failures.length > 0 && failures.every(needsAction),
		warnings: limitWarnings(states.flatMap(({ warnings }) => warnings ?? [])),
	};
}

/** More help nobody, and the run keeps them. */
const MAX_WARNINGS = 200;

function limitWarnings(warnings: string[]): string[] {
	const left = warnings.length - MAX_WARNINGS;
	return left > 0 ? [...warnings.slice(0, MAX_WARNINGS), `${left} more warnings are not shown.`] : warnings;
}

function chooseRunStatus(failures: FailureMessage[], states: StateMessage[]): RunOutcome['status'] {
	if (failures.length === 0) return states.length > 0 ? 'succeeded' : 'failed';
	const failed = new Set(failures.filter((failure) => !cameFurther(failure, states)).map(buildStreamKey));
	return states.some((state) => !state.switchedOff && !failed.has(buildStreamKey(state)))
		? 'partial'
		: 'failed';
}

// A stream stopped halfway by a rate limit resumes from there: a first read that takes days must not fail every run.
function cameFurther({ failure, ...of }: FailureMessage, states: StateMessage[]): boolean {
	const moved = states.some((state) => state.state !== null && buildStreamKey(state) === buildStreamKey(of));
	return failure.class === 'rate_limited' && moved;
}

// A stream that failed before its first page or was postponed has no state either, but is read again.
const movesNothing = ({ state, switchedOff }: StateMessage): boolean => state === null && !switchedOff;

const buildStreamKey = ({ accountId, stream }: Envelope): string => JSON.stringify([accountId, stream]);

/** The stream is skipped until then: no retry would help, and the others stay on their schedule. */
export const waitsForConsent = ({ failure }: FailureMessage): boolean => failure.class === 'needs_consent';

const needsAction = ({ failure }: FailureMessage): boolean => FAILURE_CLASSES[failure.class].requiresAction;

/** The outcome of a claimed run without messages: they were removed on the way. */
export function summarizeSilentRun(
	run: Pick<RunOutcome, 'tenantId' | 'integrationId' | 'syncRunId' | 'provider'>,
): RunOutcome {
	const envelope: Envelope = { ...run, stream: '', accountId: '' };
	return summarizeRun([{ type: 'FAILURE', ...envelope, failure: NOTHING_ARRIVED }]);
}

const NOTHING_ARRIVED = {
	class: 'internal',
	message:
		'No message of this run arrived at Finish. A node between Claim Due and Finish removed them. Let all STATE and FAILURE items pass through.',
} as const;
