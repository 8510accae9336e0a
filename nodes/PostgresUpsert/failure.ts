import { ExplainedError } from '../../db/postgres/explained-error';
import { RunLostError } from '../../db/load/run';
import { isUnavailable } from '../../db/postgres/sqlstate';
import type { FailureMessage } from '../shared/messages';
import { explain } from '../adapter/errors';

/** The preceding nodes are not connected correctly. */
export class WiringError extends ExplainedError {}

/** Turns an error that stopped a run into the failure that Finish reads. */
export function toFailure(error: unknown): FailureMessage['failure'] {
	const { message, description } = explain(error as Error);
	return { class: classify(error), message: [message, description].filter(Boolean).join('. ') };
}

function classify(error: unknown): FailureMessage['failure']['class'] {
	if (error instanceof RunLostError) return 'run_lost';
	if (error instanceof WiringError) return 'configuration';
	return isUnavailable(error) ? 'database_unavailable' : 'internal';
}
