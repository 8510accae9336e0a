/**
 * The sandbox's time. `now` is the calendar (it may stand still in a test); `elapsed` is milliseconds that always run,
 * so that windows and token lives end also where the calendar stands. A shift moves both.
 */
export class Clock {
	private shiftedMs = 0;
	private readonly startedAt = performance.now();

	constructor(private readonly calendar: () => Date = () => new Date()) {}

	now(): Date {
		return new Date(this.calendar().getTime() + this.shiftedMs);
	}

	elapsed(): number {
		return performance.now() - this.startedAt + this.shiftedMs;
	}

	/** Moves the time by `seconds`, for ever; shifts add up. */
	shift(seconds: number): void {
		this.shiftedMs += seconds * 1000;
	}
}
