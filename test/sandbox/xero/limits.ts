import type { Clock } from '../clock';
import type { XeroLimits } from './settings';

export type LimitProblem = 'minute' | 'day' | 'appminute' | 'concurrent';

export interface Admission {
	/** The limit in the way; null where the request may go on. */
	problem: LimitProblem | null;
	/** What each reply tells of the limits, and `Retry-After` where Xero sends one. */
	headers: Record<string, string>;
	/** Must be called when the request is over. */
	release: () => void;
}

interface Usage {
	/** Times of the calls within the last minute, in the clock's milliseconds. */
	recent: number[];
	day: number;
	dayCalls: number;
	inProgress: number;
}

const newUsage = (): Usage => ({ recent: [], day: 0, dayCalls: 0, inProgress: 0 });

/** Xero's four limits: a sliding minute per organisation and for the app, a fixed day, and requests in progress. */
export class LimitBook {
	private readonly usage = new Map<string, Usage>();
	private readonly app = newUsage();

	constructor(
		private readonly clock: Clock,
		private readonly limits: () => XeroLimits,
	) {}

	/** Counts one request of an organisation, or refuses it uncounted. */
	admit(organisationId: string): Admission {
		const usage = this.of(organisationId);
		const problem = this.problem(usage);
		if (problem) {
			return {
				problem,
				headers: { ...this.remaining(usage), ...this.refusal(usage, problem) },
				release: () => {},
			};
		}
		this.count(usage, 1);
		this.app.recent.push(this.clock.elapsed());
		usage.inProgress += 1;
		return { problem: null, headers: this.remaining(usage), release: () => void (usage.inProgress -= 1) };
	}

	/** Counts calls that something else made, so that little is left. */
	spend(organisationId: string, calls: number): void {
		this.count(this.of(organisationId), calls);
	}

	/** Forgets what was counted; requests in progress stay. */
	clear(): void {
		for (const usage of [this.app, ...this.usage.values()]) Object.assign(usage, { recent: [], dayCalls: 0 });
	}

	private of(organisationId: string): Usage {
		const usage = this.usage.get(organisationId) ?? newUsage();
		this.usage.set(organisationId, usage);
		this.forgetOld(usage);
		this.forgetOld(this.app);
		return usage;
	}

	private forgetOld(usage: Usage): void {
		const { minuteSeconds, daySeconds } = this.limits();
		const now = this.clock.elapsed();
		usage.recent = usage.recent.filter((at) => at > now - minuteSeconds * 1000);
		const day = Math.floor(now / (daySeconds * 1000));
		if (day !== usage.day) Object.assign(usage, { day, dayCalls: 0 });
	}

	private problem(usage: Usage): LimitProblem | null {
		const { concurrent, minute, day, appMinute } = this.limits();
		if (usage.inProgress >= concurrent) return 'concurrent';
		if (usage.dayCalls >= day) return 'day';
		if (usage.recent.length >= minute) return 'minute';
		return this.app.recent.length >= appMinute ? 'appminute' : null;
	}

	private count(usage: Usage, calls: number): void {
		const now = this.clock.elapsed();
		usage.recent.push(...Array.from({ length: calls }, () => now));
		usage.dayCalls += calls;
	}

	private remaining(usage: Usage): Record<string, string> {
		const { minute, day, appMinute } = this.limits();
		const left = (limit: number, used: number): string => String(Math.max(0, limit - used));
		return {
			'x-daylimit-remaining': left(day, usage.dayCalls),
			'x-minlimit-remaining': left(minute, usage.recent.length),
			'x-appminlimit-remaining': left(appMinute, this.app.recent.length),
		};
	}

	/** Where too many are in progress Xero names no time to wait. */
	private refusal(usage: Usage, problem: LimitProblem): Record<string, string> {
		const header = { 'x-rate-limit-problem': problem };
		if (problem === 'concurrent') return header;
		return { ...header, 'retry-after': String(Math.max(1, Math.ceil(this.waitMs(usage, problem) / 1000))) };
	}

	private waitMs(usage: Usage, problem: LimitProblem): number {
		const { minuteSeconds, daySeconds } = this.limits();
		const now = this.clock.elapsed();
		if (problem === 'day') return (usage.day + 1) * daySeconds * 1000 - now;
		const first = (problem === 'minute' ? usage : this.app).recent[0] ?? now;
		return first + minuteSeconds * 1000 - now;
	}
}
