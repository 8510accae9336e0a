import { customMetrics } from './manual/normalise-custom-metrics';
import type { Normaliser } from './normaliser';
import { streams } from './registry';

/** Normalisers of uploaded files, which come from no provider's API. */
const uploads: ReadonlyMap<string, Normaliser> = new Map([['customMetrics', customMetrics]]);

/** Undefined if the stream has none. */
export function getNormaliser(provider: string, stream: string): Normaliser | undefined {
	if (provider === 'manual') return uploads.get(stream);
	const ofProvider = streams.get(provider) ?? {};
	return Object.hasOwn(ofProvider, stream) ? ofProvider[stream]?.normaliser : undefined;
}

/** Whether records of a provider can be normalised. Uploads count as one. */
export function isKnownSource(provider: string): boolean {
	return provider === 'manual' || streams.has(provider);
}
