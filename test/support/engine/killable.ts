import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CHECKOUT } from '../checkout';
import type { WorkerNews, WorkerOrder } from './sync-worker';

/** A sync in a process of its own. */
export class KillableSync {
	private heard: WorkerNews[] = [];

	private constructor(
		private readonly child: ChildProcess,
		/** Its temporary files: killed, it cannot remove them itself. */
		private readonly folder: string,
	) {
		child.on('message', (news: WorkerNews) => this.heard.push(news));
	}

	/** Starts the process; it waits for its orders. `flags` are Node's own. */
	static start(flags: string[] = []): KillableSync {
		const worker = join(CHECKOUT, 'test', 'support', 'engine', 'sync-worker.ts');
		const folder = mkdtempSync(join(tmpdir(), 'zixly-killable-'));
		const env = { ...process.env, TMPDIR: folder };
		const child = fork(worker, {
			cwd: CHECKOUT,
			env,
			execArgv: ['--import', 'tsx', ...flags],
			stdio: 'inherit',
		});
		return new KillableSync(child, folder);
	}

	/** Watches what the process holds in memory, in MB; `stop` gives how far it rose above what it was at first. */
	watchMemory(): { stop(): number } {
		const idle = residentMb(this.child.pid);
		let most = idle;
		const timer = setInterval(() => (most = Math.max(most, residentMb(this.child.pid))), 10);
		return {
			stop() {
				clearInterval(timer);
				return Math.round(most - idle);
			},
		};
	}

	async begin(order: WorkerOrder): Promise<void> {
		await this.hear('ready');
		this.heard = this.heard.filter(({ news }) => news === 'ready');
		this.child.send(order);
	}

	/** Resolves to the news of a kind, at once where it came already. Rejects when the process ends before. */
	async hear<Kind extends WorkerNews['news']>(kind: Kind): Promise<Extract<WorkerNews, { news: Kind }>> {
		for (;;) {
			const news = this.heard.find((candidate) => candidate.news === kind);
			if (news) return news as Extract<WorkerNews, { news: Kind }>;
			if (this.hasEnded()) throw new Error(`The worker ended before it was ${kind}.`);
			await Promise.race([once(this.child, 'message'), once(this.child, 'exit')]);
		}
	}

	/** Whether the sync, or its process, came to an end. */
	isOver(): boolean {
		return this.hasEnded() || this.heard.some(({ news }) => news === 'done');
	}

	/** SIGKILL; resolves when the process is gone. */
	async kill(): Promise<void> {
		if (!this.hasEnded()) {
			const exit = once(this.child, 'exit');
			this.child.kill('SIGKILL');
			await exit;
		}
		rmSync(this.folder, { recursive: true, force: true });
	}

	private hasEnded(): boolean {
		return this.child.exitCode !== null || this.child.signalCode !== null;
	}
}

/** Resident memory of a process; 0 where the system does not tell (anything but Linux). */
function residentMb(pid: number | undefined): number {
	try {
		const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
		return Number(kilobytes ?? 0) / 1024;
	} catch {
		return 0;
	}
}
