/** Prints a line to stderr. */
export function say(line: string): void;

/** Does the work and reports its duration every few seconds if it takes longer than two. */
export function withProgress<T>(what: string, work: () => Promise<T>, everySeconds?: number): Promise<T>;
