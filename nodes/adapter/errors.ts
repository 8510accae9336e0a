import { NodeOperationError, type INode } from 'n8n-workflow';

import { asExplained, ExplainedError } from '../../db/postgres/explained-error';
import { explainTls } from '../../db/postgres/tls-errors';
import { describeDatabaseError } from '../../db/postgres/sqlstate';

interface Explanation {
	message: string;
	description: string;
}

/**
 * Converts any error to one that n8n can show: what happened as the message, what to do as the description.
 * An error of n8n is returned unchanged: wrapping it again would lose its item.
 */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError {
	if (error instanceof Error && error.name === 'NodeOperationError') return error as NodeOperationError;
	const { message, description } = explain(error as Error);
	return new NodeOperationError(node, message, { description, itemIndex });
}

/** Explains an error for people: what happened and what to do. */
export function explain(error: Error): Explanation {
	const ours = error instanceof ExplainedError ? error : explainTls(error);
	if (ours) return asTitle(ours);
	const known = describeDatabaseError(error);
	if (!known) return asTitle(asExplained(error));
	// In the description, because n8n replaces a message that contains a network error code by a stock sentence.
	const detail = error.message ? ` (${error.message})` : '';
	return asTitle({ summary: known.message, hint: `${known.hint}${detail}` });
}

/** A title has no full stop where a description follows. */
function asTitle({ summary, hint }: Pick<ExplainedError, 'summary' | 'hint'>): Explanation {
	return { message: hint === '' ? summary : summary.replace(/[.!?]$/, ''), description: hint };
}

/** Names the part of the work that an error is about, before what happened. */
export function prefixed(prefix: string, error: Error): ExplainedError {
	const { summary, hint } = asExplained(error);
	return new ExplainedError(`${prefix}: ${summary}`, hint, { cause: error });
}
