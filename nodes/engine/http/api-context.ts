import type { RunProgress } from '../../../db/runs/progress';
import type { HttpClient } from '../contract/http';
import type { Clock, Log } from '../contract/ports';
import type { Application, ProviderDefinition } from '../contract/provider';
import type { Budget } from '../limits/budget';
import type { RateLimiters } from '../limits/rate-limiter';
import type { Authorisation } from './tokens';

/** What the calls of one run need. */
export interface ApiContext {
	definition: ProviderDefinition;
	application: Application;
	/** Identifies the connection, for providers that limit each connection separately. */
	connectionId?: string;
	/** The API's address, with or without a trailing slash. */
	baseUrl: string;
	http: HttpClient;
	authorisation: Authorisation;
	rateLimiters: RateLimiters;
	/** Our share of an account's daily limit, 0 to 1. */
	dayShare: number;
	timeoutMs: number;
	clock: Clock;
	log: Log;
	signal?: AbortSignal;
	/** How much the execution may read; unlimited by default. */
	budget?: Pick<Budget, 'isOverdue'>;
	/** Counts requests and waits. */
	progress?: RunProgress;
	/** Called before every request. @throws ReadFailure `run_lost` if another execution took the run over */
	keepLease(): Promise<void>;
}

/** The secrets that a reply to this run could echo. A token kept by n8n is not among them: only n8n knows it. */
export function listSecrets({ application, authorisation }: ApiContext): readonly string[] {
	const { clientSecret } = application;
	return authorisation.by === 'engine' ? [clientSecret, ...authorisation.tokens.secrets()] : [clientSecret];
}
