/** Says a line on stderr. */
export function say(line: string): void;

/** Does the work and, while it takes longer than two seconds, says so every few seconds. */
export function withProgress<T>(what: string, work: () => Promise<T>, everySeconds?: number): Promise<T>;
