import { setTimeout as wait } from 'node:timers/promises';

import type { N8nServer } from './real-n8n';

/**
 * Asks the server for its health twice a second until something has ended, and rejects where it does not answer within
 * half a minute: against hanging alone, for on a busy machine an answer may take seconds.
 * @param look what else to do each time
 */
export async function answersDuring<T>(
	server: N8nServer,
	work: Promise<T>,
	look: () => Promise<void> = async () => undefined,
): Promise<{ result: T; answers: number }> {
	let [isDone, answers] = [false, 0];
	const done = work.finally(() => (isDone = true));
	// Its failure is seen below, whatever the health says.
	done.catch(() => undefined);
	while (!isDone) {
		const signal = AbortSignal.timeout(30_000);
		// On a connection of its own: the server may close an idle one just when it is used again.
		const reply = await fetch(`${server.url}/healthz`, { signal, headers: { connection: 'close' } });
		if (!reply.ok) throw new Error(`n8n answered ${reply.status} to a look at its health.`);
		answers++;
		await look();
		await wait(500);
	}
	return { result: await done, answers };
}
