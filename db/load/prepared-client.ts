import type { LoadClient, LoadRun } from './input';
import { isPlainObject, readStorableText, InvalidValueError } from './column-values';

/** A client to find in, or insert into, `client_kpis`. */
export interface PreparedClient {
	provider: string;
	/** Looked up in `etl.client_links`; null if the exact `clientId` was given. */
	externalId: string | null;
	clientId: string;
	clientName: string | null;
	industry: string | null;
}

type RunOfClients = Pick<LoadRun, 'provider' | 'integrationId'>;

/** Thousands of rows refer to a few clients: each is checked once and is one shared object. */
export class ClientReader {
	private readonly known = new Map<string, { given: LoadClient; prepared: PreparedClient }>();

	constructor(private readonly run: RunOfClients) {}

	read(given: LoadClient): PreparedClient {
		const known = this.known.get(given?.externalId);
		if (known && sameClient(known.given, given)) return known.prepared;
		const prepared = prepareClient(given, this.run);
		if (prepared.externalId !== null) this.known.set(given.externalId, { given, prepared });
		return prepared;
	}
}

const sameClient = (one: LoadClient, other: LoadClient): boolean =>
	one.clientName === other.clientName && one.industry === other.industry && !other.clientId;

/**
 * Checks a client.
 * @throws InvalidValueError if it is not a valid client
 */
export function prepareClient(given: LoadClient, { provider, integrationId }: RunOfClients): PreparedClient {
	if (!isPlainObject(given)) throw missingClient();
	const exact = optionalText(given.clientId, 'client.clientId');
	if (exact && integrationId !== null) throw exactClient();
	const externalId = exact ? null : optionalText(given.externalId, 'client.externalId');
	if (!exact && !externalId) throw missingClient();
	return {
		provider,
		externalId,
		clientId: exact ?? qualified(provider, externalId!),
		clientName: optionalText(given.clientName, 'client.clientName'),
		industry: optionalText(given.industry, 'client.industry'),
	};
}

function missingClient(): InvalidValueError {
	return new InvalidValueError('missing_value', 'client', 'The row does not say which client it is about.');
}

/** A provider's data may refer to the provider's own clients only; an exact id could be any client of the tenant. */
function exactClient(): InvalidValueError {
	const message = 'Rows from a provider must name their client by externalId, not by clientId.';
	return new InvalidValueError('foreign_client', 'client.clientId', message);
}

function qualified(provider: string, externalId: string): string {
	return externalId.startsWith(`${provider}:`) ? externalId : `${provider}:${externalId}`;
}

function optionalText(value: unknown, path: string): string | null {
	return value === undefined || value === null || value === '' ? null : readStorableText(value, path);
}
