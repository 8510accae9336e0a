import { parseArgs } from 'node:util';

export interface Options {
	/** End by itself instead of staying up. */
	once: boolean;
	/** One JSON object on stdout instead of words. */
	json: boolean;
}

/** Reads the arguments after `--`; an unknown one is refused. */
export function optionsFrom(args: string[]): Options {
	const { values } = parseArgs({ args, options: { once: { type: 'boolean' }, json: { type: 'boolean' } } });
	return { once: values.once ?? false, json: values.json ?? false };
}

/** Resolves when the person presses Ctrl-C or the process is asked to end. */
export async function untilInterrupted(): Promise<void> {
	// A pending promise alone does not keep Node.js running.
	const alive = setInterval(() => undefined, 60_000);
	await new Promise<void>((resolve) => {
		process.once('SIGINT', resolve);
		process.once('SIGTERM', resolve);
	});
	clearInterval(alive);
}
