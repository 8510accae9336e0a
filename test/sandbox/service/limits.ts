import type { Clock } from '../core/clock';

/** So many calls in any so many seconds. */
export interface ServiceWindow {
	/** Tells the windows of a provider apart. */
	name: string;
	calls: number;
	seconds: number;
	/** Counted from fixed instants on, as days are, not over the last so many seconds. */
	fixed?: boolean;
	/** Whose it is: a call names a key for each of these. `account` unless told. */
	scope?: string;
	/** Whether a call of a group counts; all do unless told. */
	counts?(group: string | undefined): boolean;
	/** A call counts as much as it costs, not as one. */
	weighted?: boolean;
}

export interface LimitedCall {
	/** Whose call it is, by the scopes of the windows: `{ account: '…', application: '…' }`. */
	keys: Readonly<Record<string, string>>;
	group?: string;
	cost?: number;
}

export interface Counted {
	/** The name of the window in the way, `concurrent` where too many are in progress; null where it was counted. */
	problem: string | null;
	/** How many calls are left, by the windows' names. */
	left: Record<string, number>;
	/** How many seconds until it is worth trying again, at least 1; 0 where nobody can say, or need. */
	waitSeconds: number;
	/** Must be called when the request is over. */
	release: () => void;
}

interface Entry {
	at: number;
	cost: number;
}

/** Counts calls against a provider's windows and refuses, uncounted, what is too much; the earlier window wins. */
export class LimitBook {
	private readonly entries = new Map<string, Entry[]>();
	private readonly inProgress = new Map<string, number>();

	/** @param concurrent how many requests of an account may be in progress */
	constructor(
		private readonly clock: Clock,
		private readonly windows: () => readonly ServiceWindow[],
		private readonly concurrent: () => number = () => Infinity,
	) {}

	/** Counts one request, or refuses it uncounted. */
	admit(call: LimitedCall): Counted {
		const windows = this.windowsOf(call);
		const progress = call.keys.account ?? '';
		const running = this.inProgress.get(progress) ?? 0;
		const full = windows.find((window) => this.used(window, call) >= window.calls);
		const problem = running >= this.concurrent() ? 'concurrent' : (full?.name ?? null);
		if (problem !== null) {
			const waitSeconds = problem === 'concurrent' || !full ? 0 : this.waitSeconds(full, call);
			return { problem, left: this.left(call), waitSeconds, release: () => {} };
		}
		this.spend(call);
		this.inProgress.set(progress, running + 1);
		const release = (): void => void this.inProgress.set(progress, (this.inProgress.get(progress) ?? 1) - 1);
		return { problem, left: this.left(call), waitSeconds: 0, release };
	}

	/** Counts calls that something else made. */
	spend(call: LimitedCall, times = 1): void {
		const at = this.clock.elapsed();
		for (const window of this.windowsOf(call)) {
			this.of(window, call).push({ at, cost: times * (window.weighted ? (call.cost ?? 1) : 1) });
		}
	}

	/** How many calls are left, by the windows' names. */
	left(call: LimitedCall): Record<string, number> {
		const left = (window: ServiceWindow): number => Math.max(0, window.calls - this.used(window, call));
		return Object.fromEntries(this.windows().map((window) => [window.name, left(window)]));
	}

	/** Forgets what was counted; requests in progress stay. */
	clear(): void {
		this.entries.clear();
	}

	private windowsOf({ group }: LimitedCall): ServiceWindow[] {
		return this.windows().filter(({ counts }) => counts?.(group) ?? true);
	}

	private used(window: ServiceWindow, call: LimitedCall): number {
		return this.of(window, call).reduce((sum, { cost }) => sum + cost, 0);
	}

	/** What was counted and has not passed yet. */
	private of(window: ServiceWindow, { keys }: LimitedCall): Entry[] {
		const key = `${window.name} ${keys[window.scope ?? 'account'] ?? ''}`;
		const since = this.startOf(window);
		const live = (this.entries.get(key) ?? []).filter(({ at }) => (window.fixed ? at >= since : at > since));
		this.entries.set(key, live);
		return live;
	}

	private startOf({ fixed, seconds }: ServiceWindow): number {
		const now = this.clock.elapsed();
		const length = seconds * 1000;
		return fixed ? Math.floor(now / length) * length : now - length;
	}

	private waitSeconds(window: ServiceWindow, call: LimitedCall): number {
		const now = this.clock.elapsed();
		const length = window.seconds * 1000;
		const from = window.fixed ? this.startOf(window) : (this.of(window, call)[0]?.at ?? now);
		return Math.max(1, Math.ceil((from + length - now) / 1000));
	}
}
