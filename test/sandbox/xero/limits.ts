import type { Clock } from '../core/clock';
import type { Admission } from '../service/facts';
import { LimitBook, type LimitedCall, type ServiceWindow } from '../service/limits';
import { problems } from './problems';
import type { XeroLimits } from './settings';

const HEADERS = {
	day: 'x-daylimit-remaining',
	minute: 'x-minlimit-remaining',
	appminute: 'x-appminlimit-remaining',
} as const;

/** Xero's four limits: a sliding minute per organisation and for the app, a fixed day, and requests in progress. */
export class XeroLimitBook {
	private readonly book: LimitBook;

	constructor(clock: Clock, limits: () => XeroLimits) {
		this.book = new LimitBook(
			clock,
			() => windowsOf(limits()),
			() => limits().concurrent,
		);
	}

	/** Counts one request of an organisation, or refuses it uncounted. */
	admit(organisationId: string): Admission {
		const { problem, left, waitSeconds, release } = this.book.admit(callOf(organisationId));
		const remaining = Object.fromEntries(
			Object.entries(HEADERS).map(([window, header]) => [header, String(left[window])]),
		);
		if (problem === null) return { headers: remaining, release };
		// Where too many are in progress Xero names no time to wait.
		const wait = waitSeconds > 0 && { 'retry-after': String(waitSeconds) };
		const refusal = problems.tooManyRequests({ 'x-rate-limit-problem': problem, ...wait });
		return { refusal, headers: remaining };
	}

	/** Counts calls that something else made, so that little is left. */
	spend(organisationId: string, calls: number): void {
		this.book.spend(callOf(organisationId), calls);
	}

	clear(): void {
		this.book.clear();
	}
}

const callOf = (organisationId: string): LimitedCall => ({
	keys: { account: organisationId, application: 'the app' },
});

function windowsOf({ minute, day, appMinute, minuteSeconds, daySeconds }: XeroLimits): ServiceWindow[] {
	return [
		{ name: 'day', calls: day, seconds: daySeconds, fixed: true },
		{ name: 'minute', calls: minute, seconds: minuteSeconds },
		{ name: 'appminute', calls: appMinute, seconds: minuteSeconds, scope: 'application' },
	];
}
