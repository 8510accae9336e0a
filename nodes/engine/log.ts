/** Where progress goes. Lines hold no secrets and no data of tenants but names. */
export interface Log {
	debug(line: string): void;
	info(line: string): void;
	warn(line: string): void;
}
