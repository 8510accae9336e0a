import { ExplainedError } from '../../db/postgres/explained-error';
import type { LinkPurpose } from '../../db/integrations/connect/links';

const PURPOSES: readonly LinkPurpose[] = ['connect', 'reconnect', 'manage'];

/** What a link is for. @throws ExplainedError for other texts */
export function readPurpose(text: string): LinkPurpose {
	const found = PURPOSES.find((purpose) => purpose === text);
	if (found) return found;
	throw new ExplainedError(`"${text}" is not a purpose of a link.`, `Choose one of: ${PURPOSES.join(', ')}.`);
}
