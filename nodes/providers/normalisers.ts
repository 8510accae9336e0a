import { projects as asanaProjects } from './asana/normalise-projects';
import { deals as hubspotDeals } from './hubspot/normalise-deals';
import { customMetrics } from './manual/normalise-custom-metrics';
import { monthlyFinancials as myobMonths } from './myob/normalise-monthly-financials';
import type { Normaliser } from './normaliser';
import { deals as pipedriveDeals } from './pipedrive/normalise-deals';
import { monthlyFinancials } from './xero/normalise-monthly-financials';

/** Every normaliser there is, by provider and stream. */
const normalisers: ReadonlyMap<string, ReadonlyMap<string, Normaliser>> = new Map([
	['asana', new Map([['projects', asanaProjects]])],
	['hubspot', new Map([['deals', hubspotDeals]])],
	['myob', new Map([['monthlyFinancials', myobMonths]])],
	['pipedrive', new Map([['deals', pipedriveDeals]])],
	['manual', new Map([['customMetrics', customMetrics]])],
	['xero', new Map([['monthlyFinancials', monthlyFinancials]])],
]);

/** Undefined where there is none for the stream. */
export function normaliserOf(provider: string, stream: string): Normaliser | undefined {
	return normalisers.get(provider)?.get(stream);
}

/** The streams of a provider that can be normalised. */
export function streamsOf(provider: string): string[] {
	return [...(normalisers.get(provider)?.keys() ?? [])];
}
