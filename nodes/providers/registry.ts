import { ExplainedError } from '../../db/postgres/explained-error';
import type { ProviderDefinition } from '../engine/contract/provider';
import { asana } from './asana';
import { hubspot } from './hubspot';
import { UPLOAD, uploads } from './manual';
import { myob } from './myob';
import { pipedrive } from './pipedrive';
import type { Normaliser, Provider, ProviderStream } from './provider';
import { xero } from './xero';

/** All providers, in alphabetical order. To add one, add its folder and a line here. */
const registered: readonly Provider[] = [asana, hubspot, myob, pipedrive, xero];

/** Provider definitions by key. */
export const providers: Readonly<Record<string, ProviderDefinition>> = Object.fromEntries(
	registered.map(({ definition }) => [definition.key, definition]),
);

/** Each provider's streams with their normalisers, by provider key. */
export const streams: ReadonlyMap<string, Readonly<Record<string, ProviderStream>>> = new Map(
	registered.map(({ definition, streams }) => [definition.key, streams]),
);

/** @throws Error if no provider has the key */
export function getProvider(key: string): ProviderDefinition {
	const definition = Object.hasOwn(providers, key) ? providers[key] : undefined;
	if (definition) return definition;
	throw new ExplainedError(
		`There is no provider "${key}".`,
		`Choose one of: ${Object.keys(providers).join(', ')}.`,
	);
}

/** The name that people read: the provider's own, Upload for uploads, otherwise the key itself. */
export function getProviderName(key: string): string {
	if (key === 'manual') return 'Upload';
	return Object.hasOwn(providers, key) ? providers[key]!.displayName : key;
}

/** The name that people read for a stream, otherwise its key. */
export function getStreamName(provider: string, stream: string): string {
	if (provider === 'manual' && stream === 'customMetrics') return 'Custom Metrics';
	const found = streams.get(provider) ?? {};
	return Object.hasOwn(found, stream) ? found[stream]!.displayName : stream;
}

/** Undefined if the stream has none. */
export function getNormaliser(provider: string, stream: string): Normaliser | undefined {
	if (provider === UPLOAD) return uploads.get(stream);
	const found = streams.get(provider) ?? {};
	return Object.hasOwn(found, stream) ? found[stream]?.normaliser : undefined;
}

/** Whether records of a provider can be normalised. Uploads count as one. */
export function isKnownSource(provider: string): boolean {
	return provider === UPLOAD || streams.has(provider);
}
