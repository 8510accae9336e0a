import type { Clock } from '../core/clock';
import { jsonReply, whole, type Delivery, type Reply, type SandboxRequest } from '../core/reply';
import { dayAfter, isSydneyBankDay, isTargetDay } from './calendar';
import { ecbReply } from './ecb';
import { ECB_ENDED, ECB_LEVELS, rateOf, rbaLevelOn } from './rates';
import { rbaFile } from './rba';
import type { BankName, PublishedRates, RbaDates } from './published';

/** A rate that the bank restates. */
export interface BankCorrection {
	bank: BankName;
	currency: string;
	day: string;
	/** As the bank is to print it; whatever it is. */
	rate: string;
}

/** A refusal to come: it hits the next `count` requests of a bank. */
export interface BankFault {
	bank: BankName;
	/** Only requests that name this currency; without it, all. */
	currency?: string;
	status: number;
	/** Default 1. */
	count?: number;
	headers?: Record<string, string>;
	body?: string;
}

const HOURS_OF_PUBLICATION = { ecb: 15, rba: 6 };

/** The two central banks: `/ecb` before the paths of its data API, `/rba` before those of its site. */
export class BanksSandbox implements PublishedRates {
	readonly key = 'banks';
	/** Every request, as `/ecb/service/data/…?startPeriod=…`. */
	readonly requests: string[] = [];
	/** How table F11.1 writes its dates. */
	rbaDates: RbaDates = 'DD-Mon-YYYY';

	private readonly corrections = new Map<string, string>();
	private faults: BankFault[] = [];

	constructor(
		private readonly clock: Clock,
		private readonly seed: string,
	) {}

	knows(path: string): boolean {
		return path.startsWith('/ecb/') || path.startsWith('/rba/');
	}

	handle(request: SandboxRequest): Promise<Delivery> {
		const { path, query } = request;
		this.requests.push(query.size > 0 ? `${path}?${query.toString()}` : path);
		const bank = path.slice(1, 4) as BankName;
		return Promise.resolve(whole(this.faultReply(bank, path) ?? this.replyOf(bank, request)));
	}

	/** Restates a rate, as banks do now and then. */
	correct({ bank, currency, day, rate }: BankCorrection): void {
		this.corrections.set(`${bank}/${currency}/${day}`, rate);
	}

	fail(fault: BankFault): void {
		this.faults.push({ ...fault, count: fault.count ?? 1 });
	}

	clearFaults(): void {
		this.faults = [];
	}

	/** What a bank says of a day; undefined where it publishes nothing, or has not yet. */
	rate(bank: BankName, currency: string, day: string): string | undefined {
		const level = bank === 'ecb' ? (ECB_LEVELS[currency] ?? ECB_ENDED[currency]) : rbaLevelOn(currency, day);
		if (!level || !this.isPublished(bank, day)) return undefined;
		return (
			this.corrections.get(`${bank}/${currency}/${day}`) ?? rateOf(this.seed, bank + currency, day, level)
		);
	}

	/** The days from one to another on which a bank has published. */
	days(bank: BankName, from: string, to: string): string[] {
		const days: string[] = [];
		for (let day = from; day <= to; day = dayAfter(day)) if (this.isPublished(bank, day)) days.push(day);
		return days;
	}

	today(): string {
		return this.clock.now().toISOString().slice(0, 10);
	}

	private isPublished(bank: BankName, day: string): boolean {
		const hour = String(HOURS_OF_PUBLICATION[bank]).padStart(2, '0');
		const open = bank === 'ecb' ? isTargetDay(day) : isSydneyBankDay(day);
		return open && `${day}T${hour}` <= this.clock.now().toISOString();
	}

	private faultReply(bank: BankName, path: string): Reply | undefined {
		const fault = this.faults.find((one) => one.bank === bank && path.includes(one.currency ?? ''));
		if (!fault) return undefined;
		fault.count = (fault.count ?? 1) - 1;
		if (fault.count <= 0) this.faults = this.faults.filter((one) => one !== fault);
		return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
	}

	private replyOf(bank: BankName, { path, query }: SandboxRequest): Reply {
		if (bank === 'ecb') return ecbReply(this, path, query);
		if (path === '/rba/statistics/tables/csv/f11.1-data.csv') {
			return { status: 200, headers: { 'content-type': 'text/csv' }, body: rbaFile(this, this.rbaDates) };
		}
		return jsonReply(404, { error: `The bank has nothing at ${path}.` });
	}
}
