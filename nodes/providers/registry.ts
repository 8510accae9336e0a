import type { ProviderDefinition } from '../engine/definition';
import { asana } from './asana/definition';
import { hubspot } from './hubspot/definition';
import { myob } from './myob/definition';
import { pipedrive } from './pipedrive/definition';
import { xero } from './xero/definition';

/** Every provider there is, by its key. */
export const providers: Readonly<Record<string, ProviderDefinition>> = { asana, hubspot, myob, pipedrive, xero };

/** @throws Error where the key names no provider */
export function providerOf(key: string): ProviderDefinition {
	const definition = Object.hasOwn(providers, key) ? providers[key] : undefined;
	if (definition) return definition;
	throw new Error(`There is no provider "${key}". Choose one of: ${Object.keys(providers).join(', ')}.`);
}
