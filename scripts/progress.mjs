/** Prints a line to stderr: stdout is for the output of the command itself. */
export function say(line) {
	process.stderr.write(`${line}\n`);
}

/** Does the work and reports its duration every few seconds if it takes longer than two. */
export async function withProgress(what, work, everySeconds = 5) {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 1000);
	const first = setTimeout(() => say(`${what} …`), 2000);
	const ticker = setInterval(() => say(`${what} … ${seconds()} s`), everySeconds * 1000);
	try {
		return await work();
	} finally {
		clearTimeout(first);
		clearInterval(ticker);
		if (seconds() >= 2) say(`${what}: ${seconds()} s.`);
	}
}
