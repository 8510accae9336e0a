import { Budget } from '../../../../nodes/engine/limits/budget';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { readByStrategy } from '../../../../nodes/engine/read/read-stream';
import { type ReadRecord } from '../../../../nodes/engine/read/strategy';
import { hubspot } from '../../../../nodes/providers/hubspot';
import { Clock } from '../../../sandbox/core/clock';
import { apiReply } from '../../../sandbox/hubspot/api';
import { catalogue, type Portal } from '../../../sandbox/hubspot/catalogue';
import { PortalBooks } from '../../../sandbox/hubspot/portal-books';
import { HUBSPOT_LIMITS, HUBSPOT_SCOPES, type HubSpotLimits } from '../../../sandbox/hubspot/settings';
import { manualClock } from '../../../support/engine/manual-clock';
import { emptyStore, quietReading } from '../../../support/engine/reading';

const START = manualClock().now();

/** What a window of reading gave. */
export interface Window {
	records: ReadRecord[];
	hasMore: boolean;
	state: Record<string, unknown>;
	requests: ApiRequest[];
	warnings: string[];
}

export interface WindowOptions {
	maxRecords?: number;
	range?: { from: string; to: string };
	historyStart?: string;
	/** Called before each request is answered: what happens in the portal while it is read. */
	before?: (request: ApiRequest, number: number) => void;
	/** After so many requests the process dies: nothing that was not stored before is known to the next. */
	dieAfter?: number;
}

/** The last copy of each deal that was read, as our tables would have it, by its id. */
type Known = Map<string, { deal: Record<string, unknown>; company: unknown; deleted: boolean }>;

/** A portal read by the engine without HTTP and without a database between; the state is kept from window to window. */
export class PortalReading {
	readonly clock = manualClock();
	private readonly sandboxClock = new Clock(() => START);
	readonly limits: HubSpotLimits = { ...HUBSPOT_LIMITS };
	readonly books: PortalBooks;
	readonly known: Known = new Map();
	state: Record<string, unknown> = {};
	/** Changes a reply on its way. */
	odd: (request: ApiRequest, json: unknown) => unknown = (_, json) => json;

	constructor(consent: string, change: Partial<Portal> = {}, largeDeals = 1_000) {
		const portal = { ...catalogue('unit', largeDeals).get(consent)!, ...change };
		this.books = new PortalBooks(portal, 'unit', this.sandboxClock, () => this.limits);
	}

	/** Time passes, in the portal as here. */
	advance(milliseconds: number): void {
		this.clock.advance(milliseconds);
		this.sandboxClock.shift(milliseconds / 1_000);
	}

	/** Reads until nothing is left. */
	async sync(options: WindowOptions = {}): Promise<Window[]> {
		const windows = [await this.window(options)];
		while (windows.at(-1)!.hasMore) {
			if (windows.length > 200) throw new Error('The reading does not come to its end.');
			windows.push(await this.window(options));
		}
		return windows;
	}

	/** Reads once, as one execution does, and stores what came. */
	async window(options: WindowOptions = {}): Promise<Window> {
		const requests: ApiRequest[] = [];
		const warnings: string[] = [];
		const records: ReadRecord[] = [];
		const budget = new Budget({ maxRecords: options.maxRecords ?? 5_000, maxMinutes: 10 }, this.clock);
		let progress: Record<string, unknown> | undefined;
		const { portal } = this.books;
		const reading = readByStrategy({
			...quietReading,
			api: {
				call: async (request) => {
					requests.push(request);
					options.before?.(request, requests.length);
					if (requests.length > (options.dieAfter ?? Infinity)) throw new Error('killed');
					return await Promise.resolve(this.answer(request));
				},
				resolveLink: (link) => ({ path: link }),
			},
			account: {
				id: String(portal.hubId),
				name: portal.domain,
				timezone: portal.timezone,
				currency: portal.currency,
			},
			stream: hubspot.definition.streams[0]!,
			state: options.range ? {} : structuredClone(this.state),
			startedAt: this.clock.now(),
			range: options.range,
			historyStart: options.historyStart,
			concurrent: 2,
			clock: this.clock,
			budget,
			store: {
				...emptyStore,
				deletedLeads: async () => await Promise.resolve(this.deletedLeads()),
			},
			warn: (text) => void warnings.push(text),
			progress: (state) => void (progress = structuredClone(state)),
		});
		let hasMore = true;
		try {
			for (let next = await reading.next(); ; next = await reading.next()) {
				if (next.done) {
					progress = next.value.state;
					hasMore = next.value.hasMore;
					break;
				}
				records.push(next.value);
				budget.count(1);
			}
			this.store(records);
			if (!options.range) this.state = structuredClone(progress ?? {});
		} catch (error) {
			if ((error as Error).message !== 'killed') throw error;
		}
		return { records, hasMore, state: this.state, requests, warnings };
	}

	/** One call of the portal's API. @throws Error for a refusal, with its status */
	ask(request: Pick<ApiRequest, 'method' | 'path' | 'json'>): unknown {
		return this.answer({ ...request, description: 'a test', isValid: () => true });
	}

	/** The ids of deals whose last copy read differs from what the portal holds. */
	differences(): string[] {
		const wrong: string[] = [];
		for (const { leadId, status, entries, cents, companyId } of this.books.expected()) {
			const known = this.known.get(leadId);
			if (status === 'deleted') {
				if (known && !known.deleted) wrong.push(`${leadId} is not known to be deleted`);
				continue;
			}
			const stages = entries.map(({ externalId }) => externalId);
			const found = known && !known.deleted ? copyOf(leadId, known) : 'nothing';
			const wanted = JSON.stringify([stages, cents, companyId]);
			if (found !== wanted) wrong.push(`${leadId} is ${found}, where the portal has ${wanted}`);
		}
		return wrong;
	}

	private deletedLeads(): string[] {
		return [...this.known].filter(([, { deleted }]) => deleted).map(([id]) => id);
	}

	private answer(request: ApiRequest): unknown {
		const { status, body } = apiReply(
			{
				request: {
					method: request.method ?? 'GET',
					path: request.path,
					query: new URLSearchParams(request.query),
					headers: {},
					body: request.json === undefined ? '' : JSON.stringify(request.json),
				},
				books: this.books,
				limits: this.limits,
			},
			HUBSPOT_SCOPES,
		);
		if (status >= 400 && request.isNotFound?.({ status, body })) return undefined;
		if (status >= 400) throw new Error(`${request.path}: ${status} ${body}`);
		const json = this.odd(request, JSON.parse(body));
		if (!request.isValid(json)) throw new Error(`${request.path}: not accepted: ${body.slice(0, 300)}`);
		return json;
	}

	private store(records: readonly ReadRecord[]): void {
		for (const one of records) {
			if (!('record' in one)) continue;
			const { deal, company, deleted } = one.record as {
				deal: Record<string, unknown> & { properties?: Record<string, string | null> };
				company?: unknown;
				deleted?: unknown;
			};
			const before = this.known.get(one.recordId);
			if (!deleted) this.known.set(one.recordId, { deal, company, deleted: false });
			else if (before) before.deleted = true;
			for (const id of (deal.properties?.hs_merged_object_ids ?? '').split(';')) {
				const merged = this.known.get(id);
				if (merged) merged.deleted = true;
			}
		}
	}
}

/** A deal as it was read, in the words of `differences`. */
function copyOf(id: string, { deal, company }: { deal: Record<string, unknown>; company: unknown }): string {
	const { properties, propertiesWithHistory } = deal as {
		properties: Record<string, string | null>;
		propertiesWithHistory: { dealstage: Array<{ value: string; timestamp: string }> };
	};
	const stages = propertiesWithHistory.dealstage
		.map(({ value, timestamp }) => `deal:${id}:${value}:${Date.parse(timestamp)}`)
		.reverse();
	const cents = properties.amount ? Math.round(Number(properties.amount) * 100) : null;
	return JSON.stringify([stages, cents, (company as { id: string } | null)?.id ?? null]);
}
