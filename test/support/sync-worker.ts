// A process of its own that runs the Xero sync in n8n's engine when it is told to, and is there to be killed.
import { bundledWorkflow } from './checkout';
import type { StoredCredential } from './credentials';
import { runWorkflow } from './n8n-engine';

export interface WorkerOrder {
	credentials: StoredCredential[];
	/** The worker says `waiting` and stops before this node, for good. */
	waitBefore?: string;
}

export type WorkerNews = { news: 'ready' } | { news: 'waiting' } | { news: 'done'; status: string };

process.on('message', (order: WorkerOrder) => {
	void sync(order).then((status) => tell({ news: 'done', status }));
});
tell({ news: 'ready' });

async function sync({ credentials, waitBefore }: WorkerOrder): Promise<string> {
	const run = await runWorkflow(bundledWorkflow('zixly-sync-xero'), {
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
