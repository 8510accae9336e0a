/**
 * Calls `beat` every so often until `work` has ended, one call at a time. An error of a beat is ignored: `work` notices
 * itself what it means.
 */
export async function withHeartbeat<T>(
	everyMs: number,
	beat: () => Promise<unknown>,
	work: () => Promise<T>,
): Promise<T> {
	let isBeating = false;
	const timer = setInterval(() => {
		if (isBeating) return;
		isBeating = true;
		void beat()
			.catch(() => undefined)
			.finally(() => (isBeating = false));
	}, everyMs);
	timer.unref();
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}

/** How often a node renews the leases of its runs while it works, in milliseconds. */
export const HEARTBEAT_MS = 30_000;
