import type { ProviderDefinition } from '../engine/contract/provider';
import type { Normaliser } from './normaliser';

/** What a provider's folder exports to the registry: how to read the provider, and how to normalise its streams. */
export interface Provider {
	definition: ProviderDefinition;
	/** By stream key; one for each stream of the definition. */
	streams: Readonly<Record<string, ProviderStream>>;
}

export interface ProviderStream {
	/** Shown to people who choose a stream. */
	displayName: string;
	/** Describes a raw record that does not come from Extract. */
	rawRecord: string;
	normaliser: Normaliser;
}
