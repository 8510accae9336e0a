/** A scope that reading needs. */
export interface ScopeNeed {
	scope: string;
	/** Scopes that include it, such as the broad ones of older applications. */
	includedIn?: readonly string[];
	/** It is requested, but reading works without it. */
	optional?: true;
}

/** The part of a provider's definition that names scopes. */
interface Scoped {
	baseScopes: readonly ScopeNeed[];
	streams: ReadonlyArray<{ key: string; scopes: readonly ScopeNeed[] }>;
}

/**
 * All scopes that a connection requests by default, each once: those that every connection needs, then those of the streams.
 * @param streams keys of the streams that are read; all by default
 */
export function requiredScopes(definition: Scoped, streams?: readonly string[]): string[] {
	return [...new Set(listNeeds(definition, streams).map(({ scope }) => scope))];
}

/**
 * The scopes that reading the streams needs and that were not granted.
 * @param granted undefined if the provider did not state them: then none is known to be missing
 */
export function missingScopes(
	definition: Scoped,
	granted: readonly string[] | undefined,
	streams?: readonly string[],
): string[] {
	// A list that names none of the scopes that are known here is in other words: it says nothing.
	if (!granted || !listNeeds(definition).some((need) => isGranted(need, granted))) return [];
	return findMissing(listNeeds(definition, streams), granted);
}

/** The scopes of a list that are needed and were not granted, each once. */
function findMissing(needs: readonly ScopeNeed[], granted: readonly string[]): string[] {
	const missing = needs.filter((need) => need.optional !== true && !isGranted(need, granted));
	return [...new Set(missing.map(({ scope }) => scope))];
}

/**
 * The scopes to request: the credential's own, and those that the streams need and that it lacks. A credential made for
 * an earlier version does not have the scopes of later streams.
 */
export function chooseScopes(
	definition: Scoped,
	entered: readonly string[],
	streams?: readonly string[],
): string[] {
	if (entered.length === 0) return requiredScopes(definition, streams);
	return [...new Set([...entered, ...findMissing(listNeeds(definition, streams), entered)])];
}

/** The scopes that a connection keeps of its consent; undefined if the provider did not state them. */
export function readGranted({ scopes }: Readonly<Record<string, unknown>>): string[] | undefined {
	if (!Array.isArray(scopes)) return undefined;
	const granted = scopes.filter((scope): scope is string => typeof scope === 'string');
	return granted.length > 0 ? granted : undefined;
}

const isGranted = ({ scope, includedIn = [] }: ScopeNeed, granted: readonly string[]): boolean =>
	[scope, ...includedIn].some((one) => granted.includes(one));

function listNeeds({ baseScopes, streams: all }: Scoped, streams?: readonly string[]): ScopeNeed[] {
	const chosen = all.filter(({ key }) => streams === undefined || streams.includes(key));
	return [...baseScopes, ...chosen.flatMap(({ scopes }) => scopes)];
}
