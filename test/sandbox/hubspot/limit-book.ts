import type { Clock } from '../clock';
import type { Reply } from '../reply';
import { problems } from './problems';
import type { HubSpotLimits } from './settings';

const TEN_SECONDS_MS = 10_000;

interface Usage {
	/** Times of the calls within the last ten seconds, in the clock's milliseconds; no searches. */
	recent: number[];
	/** Of the searches within the last second. */
	searches: number[];
	dayCalls: number;
}

/** HubSpot's limits of a portal: a sliding ten seconds, a second for searches, and a day. */
export class LimitBook {
	private readonly usage = new Map<number, Usage>();

	constructor(
		private readonly clock: Clock,
		private readonly limits: () => HubSpotLimits,
	) {}

	/** Counts a request, or refuses it. A search says nothing of what is left. */
	admit(hubId: number, search: boolean): { refusal?: Reply; headers: Record<string, string> } {
		const usage = this.of(hubId);
		const headers = search ? {} : this.headers(usage);
		const { day, searchesASecond, tenSeconds } = this.limits();
		if (usage.dayCalls >= day) return { refusal: problems.daily(headers), headers };
		if (search && usage.searches.length >= searchesASecond) return { refusal: problems.secondly(), headers };
		if (!search && usage.recent.length >= tenSeconds)
			return { refusal: problems.tenSeconds(headers), headers };
		(search ? usage.searches : usage.recent).push(this.clock.elapsed());
		usage.dayCalls++;
		return { headers: search ? {} : this.headers(usage) };
	}

	/** Counts calls that another app made. */
	spend(hubId: number, calls: number): void {
		const usage = this.of(hubId);
		usage.recent.push(...Array.from({ length: calls }, () => this.clock.elapsed()));
		usage.dayCalls += calls;
	}

	clear(): void {
		this.usage.clear();
	}

	private of(hubId: number): Usage {
		const usage = this.usage.get(hubId) ?? { recent: [], searches: [], dayCalls: 0 };
		this.usage.set(hubId, usage);
		const now = this.clock.elapsed();
		usage.recent = usage.recent.filter((at) => at > now - TEN_SECONDS_MS);
		usage.searches = usage.searches.filter((at) => at > now - 1_000);
		return usage;
	}

	/** By OAuth the headers of the day are missing. */
	private headers({ recent }: Usage): Record<string, string> {
		const { tenSeconds } = this.limits();
		return {
			'x-hubspot-ratelimit-max': String(tenSeconds),
			'x-hubspot-ratelimit-remaining': String(Math.max(0, tenSeconds - recent.length)),
			'x-hubspot-ratelimit-interval-milliseconds': String(TEN_SECONDS_MS),
		};
	}
}
