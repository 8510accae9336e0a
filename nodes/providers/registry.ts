import type { ProviderDefinition } from '../engine/contract/provider';
import { asana } from './asana';
import { hubspot } from './hubspot';
import { myob } from './myob';
import { pipedrive } from './pipedrive';
import type { Provider, ProviderStream } from './provider';
import { xero } from './xero';

/** All providers, in alphabetical order. To add one, add its folder and a line here. */
const registered: readonly Provider[] = [asana, hubspot, myob, pipedrive, xero];

const byKey = (provider: Provider): string => provider.definition.key;

/** Provider definitions by key. */
export const providers: Readonly<Record<string, ProviderDefinition>> = Object.fromEntries(
	registered.map((provider) => [byKey(provider), provider.definition]),
);

/** Each provider's streams with their normalisers, by provider key. */
export const streams: ReadonlyMap<string, Readonly<Record<string, ProviderStream>>> = new Map(
	registered.map((provider) => [byKey(provider), provider.streams]),
);

/** @throws Error if no provider has the key */
export function getProvider(key: string): ProviderDefinition {
	const definition = Object.hasOwn(providers, key) ? providers[key] : undefined;
	if (definition) return definition;
	throw new Error(`There is no provider "${key}". Choose one of: ${Object.keys(providers).join(', ')}.`);
}
