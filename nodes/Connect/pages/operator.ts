import { ExplainedError } from '../../../db/postgres/explained-error';
import { isColour } from './colours';

/** In whose name the pages speak. */
export interface Operator {
	name: string;
	logoUrl: string | undefined;
	colour: string;
	/** Where tenants ask for help: an address of mail or of a page. */
	support: Support | undefined;
	/** Why the data is read, in the operator's words. */
	purpose: string;
}

interface Support {
	text: string;
	href: string;
}

const MAX_NAME = 80;
const MAX_PURPOSE = 500;

/**
 * Checks what the operator entered.
 * @throws ExplainedError that names the field
 */
export function parseOperator(fields: Readonly<Record<keyof Operator, unknown>>): Operator {
	return {
		name: parseText(fields.name, 'Operator Name', MAX_NAME, true),
		logoUrl: parseLogo(fields.logoUrl),
		colour: parseColourField(fields.colour),
		support: parseSupport(fields.support),
		purpose: parseText(fields.purpose, 'Purpose', MAX_PURPOSE, false),
	};
}

function parseText(value: unknown, field: string, longest: number, isRequired: boolean): string {
	const text = readText(value);
	if (isRequired && text === '')
		throw new ExplainedError(`${field} is empty.`, 'Enter the name that tenants know you by.');
	if (text.length > longest)
		throw new ExplainedError(`${field} is too long.`, `Use at most ${longest} characters.`);
	return text;
}

function parseLogo(value: unknown): string | undefined {
	const text = readText(value);
	if (text === '') return undefined;
	// Its origin goes into a header: only what the parser made of it does.
	if (URL.canParse(text) && new URL(text).protocol === 'https:') return new URL(text).href;
	throw new ExplainedError(
		'Logo URL is not an https address.',
		'Enter the address of an image, such as https://example.com/logo.png, or leave it empty.',
	);
}

function parseColourField(value: unknown): string {
	const text = readText(value);
	if (isColour(text)) return text;
	throw new ExplainedError('Colour is not a colour.', 'Enter it as #rrggbb, for instance #1f5fbf.');
}

function parseSupport(value: unknown): Support | undefined {
	const text = readText(value);
	if (text === '') return undefined;
	if (/^[^\s@<>"]{1,64}@[^\s@<>"]{1,190}$/.test(text)) return { text, href: `mailto:${text}` };
	if (URL.canParse(text) && new URL(text).protocol === 'https:') return { text, href: new URL(text).href };
	throw new ExplainedError(
		'Support Address is neither a mail address nor an https address.',
		'Enter it as help@example.com or https://example.com/help, or leave it empty.',
	);
}

const readText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
