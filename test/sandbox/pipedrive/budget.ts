import type { Clock } from '../core/clock';
import type { Admission } from '../service';
import { PLANS } from './catalogue';
import type { Company } from './company';
import { problems } from './problems';
import type { PipedriveLimits } from './settings';

const SEAT = 30_000;

interface Burst {
	/** Times of the calls within the window, in the clock's milliseconds. */
	recent: number[];
	/** Calls that came although a 429 had asked to wait, in a row. */
	ignored: number;
	waitUntil: number;
	blockedUntil: number;
}

interface Day {
	/** UTC. */
	date: string;
	spent: number;
}

/** Pipedrive's limits: calls in two seconds of each access token, and the day's tokens of a company, which all its apps share. */
export class BudgetBook {
	private readonly bursts = new Map<string, Burst>();
	private readonly days = new Map<number, Day>();

	constructor(
		private readonly clock: Clock,
		private readonly limits: () => PipedriveLimits,
	) {}

	/** Counts a call, or refuses it uncounted; the headers stand in every reply. */
	admit(company: Company, accessToken: string, cost: number): Admission {
		const burst = this.burstOf(accessToken);
		const now = this.clock.elapsed();
		if (now < burst.blockedUntil) return { refusal: problems.blocked(), headers: {} };
		const full = burst.recent.length >= this.burstLimit(company);
		const spent = this.spentBy(company) + cost > this.dayLimit(company);
		if (full || spent) return this.refuse(company, burst, spent);
		burst.recent.push(now);
		burst.ignored = 0;
		this.spend(company, cost);
		return { headers: this.headers(company, burst, false) };
	}

	/** Counts tokens that another app of the company used. */
	spend(company: Company, tokens: number): void {
		this.days.set(company.id, { date: this.today(), spent: this.spentBy(company) + tokens });
	}

	/** What is left of a company's day. */
	remaining(company: Company): number {
		return Math.max(0, this.dayLimit(company) - this.spentBy(company));
	}

	clear(): void {
		this.bursts.clear();
		this.days.clear();
	}

	private refuse(company: Company, burst: Burst, spent: boolean): Admission {
		const { patience, blockSeconds, burstSeconds } = this.limits();
		const now = this.clock.elapsed();
		if (now < burst.waitUntil) burst.ignored += 1;
		if (burst.ignored > patience) burst.blockedUntil = now + blockSeconds * 1000;
		burst.waitUntil = now + burstSeconds * 1000;
		const headers = this.headers(company, burst, spent);
		return { refusal: problems.tooManyRequests(headers), headers };
	}

	private headers(company: Company, burst: Burst, spent: boolean): Record<string, string> {
		const limit = this.burstLimit(company);
		const day = {
			'x-daily-ratelimit-token-limit': String(this.dayLimit(company)),
			'x-daily-ratelimit-token-remaining': spent ? '0' : String(this.remaining(company)),
		};
		return {
			'x-ratelimit-limit': String(limit),
			'x-ratelimit-remaining': String(Math.max(0, limit - burst.recent.length)),
			// Seconds to wait, not an instant.
			'x-ratelimit-reset': String(this.limits().burstSeconds),
			...(this.limits().dayHeaders > 0 && day),
		};
	}

	private burstOf(accessToken: string): Burst {
		const none = { recent: [], ignored: 0, waitUntil: 0, blockedUntil: 0 };
		const burst = this.bursts.get(accessToken) ?? none;
		const since = this.clock.elapsed() - this.limits().burstSeconds * 1000;
		burst.recent = burst.recent.filter((at) => at > since);
		this.bursts.set(accessToken, burst);
		return burst;
	}

	private burstLimit({ sketch }: Company): number {
		return this.limits().burst || PLANS[sketch.plan].burst;
	}

	private dayLimit({ sketch }: Company): number {
		return this.limits().dayTokens || SEAT * PLANS[sketch.plan].factor * sketch.seats;
	}

	private spentBy(company: Company): number {
		const day = this.days.get(company.id);
		return day?.date === this.today() ? day.spent : 0;
	}

	private today(): string {
		return this.clock.now().toISOString().slice(0, 10);
	}
}
