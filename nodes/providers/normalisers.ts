import { customMetrics } from './manual/normalise-custom-metrics';
import type { Normaliser } from './normaliser';
import { streams } from './registry';

/** What people upload comes from no provider's API. */
const uploads: ReadonlyMap<string, Normaliser> = new Map([['customMetrics', customMetrics]]);

/** Undefined where there is none for the stream. */
export function getNormaliser(provider: string, stream: string): Normaliser | undefined {
	if (provider === 'manual') return uploads.get(stream);
	const ofProvider = streams.get(provider) ?? {};
	return Object.hasOwn(ofProvider, stream) ? ofProvider[stream]?.normaliser : undefined;
}

/** Whether records of a provider can be normalised, uploads among them. */
export function isKnownSource(provider: string): boolean {
	return provider === 'manual' || streams.has(provider);
}
