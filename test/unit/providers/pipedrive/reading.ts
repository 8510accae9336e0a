import { Budget } from '../../../../nodes/engine/limits/budget';
import type { ChangesStream, StreamContext } from '../../../../nodes/engine/contract/stream';
import type { ApiRequest, ProviderApi } from '../../../../nodes/engine/contract/api';
import { parseJson } from '../../../../nodes/engine/http/json';
import { readByStrategy } from '../../../../nodes/engine/read/read-stream';
import {
	type ReadingContext,
	type ReadingEnd,
	type ReadRecord,
} from '../../../../nodes/engine/read/strategy';
import { pipedrive } from '../../../../nodes/providers/pipedrive';
import { routeOf } from '../../../sandbox/pipedrive/api';
import { SKETCHES, type Sketch } from '../../../sandbox/pipedrive/catalogue';
import type { Company } from '../../../sandbox/pipedrive/company';
import { companyFrom } from '../../../sandbox/pipedrive/seed';
import type { Reply } from '../../../sandbox/core/reply';
import { manualClock } from '../../../support/engine/manual-clock';
import { failureFor, quietReading } from '../../../support/engine/reading';

export const NOW = '2026-11-20T03:00:00.000Z';

/** A company of the sandbox whose time stands at NOW until it is moved. */
export interface Scene {
	company: Company;
	clock: ReturnType<typeof manualClock>;
	/** Every call that was made, in order. */
	calls: ApiRequest[];
	/** Answers a call in the place of the sandbox; undefined: the sandbox does. */
	instead: (request: ApiRequest) => Reply | undefined;
	commonHost: boolean;
	warnings: string[];
	deletedLeads: string[];
	/** The leads that stand in our tables. */
	leads: string[];
	knownStages: KnownStage[];
}

type KnownStage = Awaited<ReturnType<StreamContext['store']['knownStages']>>[number];

export function scene(consent: string, changes: Partial<Sketch> = {}): Scene {
	const sketch = { ...SKETCHES.find((one) => one.consent === consent)!, ...changes };
	const clock = manualClock(NOW);
	return {
		company: companyFrom(sketch, 'unit', () => clock.now()),
		clock,
		calls: [],
		instead: () => undefined,
		commonHost: false,
		warnings: [],
		deletedLeads: [],
		leads: [],
		knownStages: [],
	};
}

export interface Read {
	records: ReadRecord[];
	end: ReadingEnd;
	/** The marks as they stood after the last page, also where the reading then failed. */
	marks: Record<string, unknown>;
}

export type ReadingOptions = Partial<
	Pick<StreamContext, 'range' | 'historyStart'> & { state: Record<string, unknown>; maxRecords: number }
>;

/** Reads the deals of a scene's company by the provider's own stream. @throws what the reading throws */
export async function readDeals(at: Scene, { state = {}, maxRecords = 1e6, ...more }: ReadingOptions = {}) {
	const budget = new Budget({ maxRecords, maxMinutes: 60 }, at.clock);
	const result: Read = { records: [], end: { state, hasMore: false }, marks: state };
	const { company } = at;
	const context: ReadingContext<ChangesStream> = {
		...quietReading,
		api: apiOf(at),
		account: {
			id: String(company.id),
			name: company.sketch.name,
			timezone: company.sketch.timezone,
			currency: 'AUD',
		},
		stream: pipedrive.definition.streams[0] as ChangesStream,
		state,
		startedAt: at.clock.now(),
		concurrent: 3,
		clock: at.clock,
		budget,
		store: {
			deletedLeads: async () => await Promise.resolve(at.deletedLeads),
			liveLeads: async () => await Promise.resolve(at.leads),
			unreadableRecords: async () => await Promise.resolve([]),
			knownStages: async () => await Promise.resolve(at.knownStages),
		},
		warn: (text) => void at.warnings.push(text),
		progress: (marks) => void (result.marks = structuredClone(marks)),
		...more,
	};
	const reading = readByStrategy(context);
	for (let next = await reading.next(); ; next = await reading.next()) {
		if (next.done) return { ...result, end: next.value };
		budget.count(1);
		result.records.push(next.value);
	}
}

/** Answers from the sandbox without a wire between: a refusal is an error that names its status. */
function apiOf(at: Scene): ProviderApi {
	return {
		call: async (request) => {
			at.calls.push(request);
			const reply = at.instead(request) ?? sandboxReply(at, request);
			const { status, body } = reply;
			if (status !== 200) {
				if (request.isNotFound?.({ status, body })) return undefined;
				throw failureFor(pipedrive.definition, request, reply);
			}
			const json = parseJson(body);
			if (!request.isValid(json)) throw failureFor(pipedrive.definition, request, reply);
			return await Promise.resolve(json);
		},
		resolveLink: (path) => ({ path }),
	};
}

export function sandboxReply({ company, commonHost }: Scene, { path, query }: ApiRequest): Reply {
	const route = routeOf(path, commonHost);
	if (!route) return { status: 404, headers: {}, body: '{"success":false,"error":"Unknown method ."}' };
	return route.answer(company, new URLSearchParams(query));
}

export const idsOf = ({ records }: Read): number[] =>
	records.map(({ recordId }) => Number(recordId)).sort((a, b) => a - b);
