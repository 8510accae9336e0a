import { NodeOperationError, type INode } from 'n8n-workflow';

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
	const tls = explainTls(error);
	if (tls) return sentences(tls);
	const known = describeDatabaseError(error);
	if (!known) return sentences(error.message || String(error));
	// In the description, because n8n replaces a message that contains a network error code by a stock sentence.
	const detail = error.message ? ` (${error.message})` : '';
	return { message: known.message.replace(/\.$/, ''), description: `${known.remedy}${detail}` };
}

/** Splits the text of one of our errors: its first sentence says what happened, the rest what to do. */
function sentences(text: string): Explanation {
	const end = text.search(/[.!?]\s/);
	if (end < 0) return { message: text, description: '' };
	return { message: text.slice(0, end), description: text.slice(end + 1).trim() };
}
