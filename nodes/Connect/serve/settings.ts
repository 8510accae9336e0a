import { ExplainedError } from '../../../db/postgres/explained-error';
import { parseOperator, type Operator } from '../pages/operator';

/** What the operator set in the node. */
export interface ConnectSettings {
	operator: Operator;
	/** Whether a first connection waits for the operator's approval. */
	needsApproval: boolean;
	/** Origins that tenants may be led back to. */
	returnOrigins: ReadonlySet<string>;
}

/** Gives the value of a field of the node. */
export type ReadField = (name: string, preset: unknown) => unknown;

/** @throws ExplainedError that names the field that is wrong */
export function readSettings(read: ReadField): ConnectSettings {
	const options = read('options', {}) as Record<string, unknown>;
	return {
		operator: parseOperator({
			name: read('operatorName', ''),
			colour: options.colour ?? DEFAULT_COLOUR,
			...{ logoUrl: options.logoUrl, purpose: options.purpose, support: options.supportAddress },
		}),
		needsApproval: read('approveFirst', false) === true,
		returnOrigins: parseOrigins(options.returnOrigins),
	};
}

export const DEFAULT_COLOUR = '#1f5fbf';

const MAX_ORIGINS = 20;

function parseOrigins(value: unknown): Set<string> {
	const texts = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : [];
	if (texts.length > MAX_ORIGINS)
		throw new ExplainedError('Return Origins has too many entries.', `Enter at most ${MAX_ORIGINS}.`);
	return new Set(texts.map(parseOrigin));
}

function parseOrigin(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol === 'https:' && [url.origin, `${url.origin}/`].includes(text)) return url.origin;
	throw new ExplainedError(
		'Return Origins has an entry that is not an https origin.',
		'Enter each as https://app.example.com, without a path, separated by commas.',
	);
}

/** The address if tenants may be led back there; undefined for any other. It gets status words only. */
export function checkReturnUrl(text: string, { returnOrigins }: ConnectSettings): string | undefined {
	if (!URL.canParse(text)) return undefined;
	const url = new URL(text);
	const isAllowed = returnOrigins.has(url.origin) && url.username === '' && url.password === '';
	return isAllowed ? url.href : undefined;
}
