/** All words of the scripts go to stderr: stdout belongs to what the command itself prints. */
export function say(line) {
	process.stderr.write(`${line}\n`);
}

/** Does the work and, while it takes longer than two seconds, says so every few seconds. */
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
