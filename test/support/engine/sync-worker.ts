// A process of its own that runs a sync in n8n's engine each time it is told to, and is there to be killed.
import { bundledWorkflow } from '../checkout';
import type { StoredCredential } from '../n8n/credentials';
import { runWorkflow } from '../n8n/engine';

export interface WorkerOrder {
	credentials: StoredCredential[];
	/** Xero's unless told. */
	workflow?: string;
	/** The worker says `waiting` and stops before this node, for good. */
	waitBefore?: string;
}

export type WorkerNews =
	| { news: 'ready' }
	| { news: 'waiting' }
	| { news: 'done'; status: string; memory: NodeJS.MemoryUsage };

process.on('message', (order: WorkerOrder) => {
	void sync(order).then((status) => {
		// What is left once the execution is over; only where the process was started with --expose-gc.
		globalThis.gc?.();
		tell({ news: 'done', status, memory: process.memoryUsage() });
	});
});
tell({ news: 'ready' });

async function sync({ credentials, workflow = 'zixly-sync-xero', waitBefore }: WorkerOrder): Promise<string> {
	const run = await runWorkflow(bundledWorkflow(workflow), {
		credentials,
		beforeNode: async (node) => {
			if (node !== waitBefore) return;
			tell({ news: 'waiting' });
			await new Promise(() => undefined);
		},
	});
	return run.status;
}

function tell(news: WorkerNews): void {
	process.send?.(news);
}
