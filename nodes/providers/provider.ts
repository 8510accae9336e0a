import type { ProviderDefinition } from '../engine/contract/provider';
import type { Normaliser } from './normaliser';

/** A provider as its folder gives it to the registry: how it is read, and what becomes of each of its streams. */
export interface Provider {
	definition: ProviderDefinition;
	/** By the stream's key, one for each stream of the definition. */
	streams: Readonly<Record<string, ProviderStream>>;
}

export interface ProviderStream {
	/** What a person picks it by. */
	displayName: string;
	/** What a raw record of it is, where it does not come from Extract. */
	rawRecord: string;
	normaliser: Normaliser;
}
