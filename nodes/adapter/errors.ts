import { NodeOperationError, type INode } from 'n8n-workflow';

import { explainTls } from '../../db/postgres/tls-errors';
import { describeDatabaseError } from '../../db/postgres/sqlstate';

interface Explanation {
	message: string;
	description: string;
}

/**
 * An error of plain code as n8n shows it: what happened as the message, what to do as the description.
 * An error that is n8n's own already passes as it is: wrapping it again would lose its item.
 */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError {
	if (error instanceof Error && error.name === 'NodeOperationError') return error as NodeOperationError;
	const { message, description } = explain(error as Error);
	return new NodeOperationError(node, message, { description, itemIndex });
}

/** What happened and what to do, in words for a person. */
export function explain(error: Error): Explanation {
	const tls = explainTls(error);
	if (tls) return sentences(tls);
	const known = describeDatabaseError(error);
	if (!known) return sentences(error.message || String(error));
	// n8n swaps a message that holds a code of the network for a stock sentence, hence the description.
	const detail = error.message ? ` (${error.message})` : '';
	return { message: known.message.replace(/\.$/, ''), description: `${known.remedy}${detail}` };
}

/** Our errors say first what happened, then what to do. */
function sentences(text: string): Explanation {
	const end = text.search(/[.!?]\s/);
	if (end < 0) return { message: text, description: '' };
	return { message: text.slice(0, end), description: text.slice(end + 1).trim() };
}
