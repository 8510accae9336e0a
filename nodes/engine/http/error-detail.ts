import { withoutSecrets } from '../../shared/secrets';
import { parseJson } from './json';

const DETAILS = ['Detail', 'detail', 'Message', 'message', 'Title', 'title', 'error'];

/** The provider's error text, shortened. */
export function extractDetail(body: string, secrets: readonly string[]): string {
	const json = parseJson(body);
	if (typeof json !== 'object' || json === null) return '';
	const { errors, Errors = errors } = json as { errors?: unknown; Errors?: unknown };
	const first = Array.isArray(Errors) ? (Errors[0] as unknown) : undefined;
	const words = [json, first ?? {}].flatMap((object) => DETAILS.map((name) => getProperty(object, name)));
	return withoutSecrets(cutToWords(String(words.find((text) => typeof text === 'string') ?? '')), secrets);
}

const MAX_DETAIL = 2_000;

/** Cuts between words: half a token would not be recognised as a secret. */
const cutToWords = (text: string): string =>
	text.length > MAX_DETAIL ? text.slice(0, Math.max(0, text.lastIndexOf(' ', MAX_DETAIL))) : text;

function getProperty(object: unknown, name: string): unknown {
	return (object as Record<string, unknown>)[name];
}
