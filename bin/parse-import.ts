import { z } from 'zod/v4';

import type { AccountEntry } from '../db/integrations/accounts';
import type { ImportedTokens } from '../db/integrations/connect/import-tokens';
import type { TokenSet } from '../db/vault/token-set';
import { getProvider, providers } from '../nodes/providers/registry';

/** In characters: longer than any provider's. */
const MAX_TOKEN = 16_384;
const MAX_TEXT = 300;
const MAX_ACCOUNTS = 1_000;
/** A day: as for the replies of providers, nothing longer is believed. */
const MAX_LIFETIME_SECONDS = 86_400;

const token = z
	.string()
	.trim()
	.min(1)
	.max(MAX_TOKEN)
	.regex(/^[\x21-\x7e]+$/);
const text = z.string().trim().min(1).max(MAX_TEXT);
/** Settings of a connection, as Connection: Update has them, and the API's address of a customer. */
const SETTINGS = ['apiDomain', 'basis', 'businessId', 'historyStart', 'timezone'] as const;

const lineSchema = z.strictObject({
	tenantId: z
		.string()
		.trim()
		.min(1)
		.max(64)
		.regex(/^[\w-]+$/),
	provider: text,
	accessToken: token.optional(),
	refreshToken: token.optional(),
	expiresIn: z.number().min(0).optional(),
	fixedToken: token.optional(),
	scopes: z.array(text).max(500).optional(),
	metadata: z.strictObject(Object.fromEntries(SETTINGS.map((name) => [name, text.optional()]))).optional(),
	accounts: z
		.array(z.union([text, z.strictObject({ id: text, name: text.nullable().optional() })]))
		.max(MAX_ACCOUNTS)
		.optional(),
});

type Line = z.infer<typeof lineSchema>;

/**
 * The tokens that a line holds.
 * @throws Error that says what is wrong with which field, and never quotes the line
 */
export function parseImport(json: string, now = Date.now()): ImportedTokens {
	const line = parseLine(json);
	const { tenantId, provider, metadata = {}, accounts = [] } = line;
	// The error of getProvider would quote what may be a token in the wrong field.
	if (!Object.hasOwn(providers, provider))
		throw new Error(`provider is none of ${Object.keys(providers).join(', ')}.`);
	const definition = getProvider(provider);
	const isFixed = line.fixedToken !== undefined;
	if (isFixed && !definition.fixedToken)
		throw new Error(
			`${definition.displayName} has no token that does not expire: give the refreshToken of a consent.`,
		);
	return {
		...{ tenantId, provider, kind: isFixed ? 'fixed' : 'consent' },
		tokens: isFixed ? readFixed(line) : readConsent(line, now),
		metadata: Object.fromEntries(
			Object.entries(metadata).filter(([, value]) => value !== undefined),
		) as Record<string, string>,
		accounts: accounts.map((one) => readAccount(one, definition.accounts.id)),
	};
}

function parseLine(json: string): Line {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		// The parser's message would quote the line.
		throw new Error('The line is not a JSON object.');
	}
	const { data, error } = lineSchema.safeParse(value);
	if (data) return data;
	const [issue] = error.issues;
	throw new Error(describeIssue(issue!));
}

function describeIssue(issue: z.core.$ZodIssue): string {
	const path = issue.path.map(String).join('.') || 'The line';
	// Names of unknown fields are foreign text.
	if (issue.code === 'unrecognized_keys') return `${path} has an unknown field.`;
	return issue.code === 'invalid_format'
		? `${path} has a character that it cannot have.`
		: `${path}: ${issue.message}.`;
}

function readFixed({ fixedToken, accessToken, refreshToken, expiresIn }: Line): TokenSet {
	if (accessToken ?? refreshToken ?? expiresIn)
		throw new Error('fixedToken stands alone: without accessToken, refreshToken and expiresIn.');
	return { accessToken: fixedToken!, refreshToken: null, expiresAt: null };
}

function readConsent({ accessToken = '', refreshToken, expiresIn, scopes }: Line, now: number): TokenSet {
	if (refreshToken === undefined)
		throw new Error('refreshToken is missing. A token that does not expire is given as fixedToken.');
	// Without a lifetime the first sync refreshes: what another system holds may have been used since.
	const seconds = accessToken === '' ? 0 : Math.min(expiresIn ?? 0, MAX_LIFETIME_SECONDS);
	return { accessToken, refreshToken, expiresAt: new Date(now + seconds * 1_000), ...(scopes && { scopes }) };
}

function readAccount(
	one: NonNullable<Line['accounts']>[number],
	{ pattern, example }: { pattern: RegExp; example: string },
): AccountEntry {
	const { id, name = null } = typeof one === 'string' ? { id: one } : one;
	const canonical = id.toLowerCase();
	if (!pattern.test(canonical))
		throw new Error(`accounts has an id that is none of this provider’s, such as ${example}.`);
	return { id: canonical, name: name ?? null };
}
