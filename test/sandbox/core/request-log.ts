/** One request that the sandbox got. Never holds a header's value, a body or a secret. */
export interface RequestEntry {
	at: string;
	method: string;
	path: string;
	query: Record<string, string>;
	accountId: string | null;
	consent: string | null;
	/** Of the token endpoint. */
	grantType: string | null;
	/** Whether an Authorization header came along. */
	authorised: boolean;
	/** The kind of the fault that hit it. */
	fault: string | null;
	/** The status answered; 0 where no reply was sent. */
	status: number;
}

const KEPT = 20_000;

/** The requests in the order in which they were answered; the oldest give way. */
export class RequestLog {
	private entries: RequestEntry[] = [];

	add(entry: RequestEntry): void {
		this.entries.push(entry);
		if (this.entries.length > KEPT) this.entries = this.entries.slice(-KEPT / 2);
	}

	all(): RequestEntry[] {
		return [...this.entries];
	}

	clear(): void {
		this.entries = [];
	}
}
