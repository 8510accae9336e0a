import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { CHECKOUT } from '../checkout';
import type { RefreshNews, RefreshOrder } from './token-worker';

/** A process that refreshes tokens by order. */
export class RefreshingProcess {
	private readonly heard: RefreshNews[] = [];

	private constructor(private readonly child: ChildProcess) {
		child.on('message', (news: RefreshNews) => this.heard.push(news));
	}

	/** Starts the process; it waits for its order. */
	static async start(): Promise<RefreshingProcess> {
		const worker = join(CHECKOUT, 'test', 'support', 'engine', 'token-worker.ts');
		const started = new RefreshingProcess(
			fork(worker, { cwd: CHECKOUT, execArgv: ['--import', 'tsx'], stdio: 'inherit' }),
		);
		await started.hear('ready');
		return started;
	}

	begin(order: RefreshOrder): void {
		this.child.send(order);
	}

	/** Resolves to the news of a kind, at once where it came already. Rejects when it failed or ended before. */
	async hear<Kind extends RefreshNews['news']>(kind: Kind): Promise<Extract<RefreshNews, { news: Kind }>> {
		for (;;) {
			const news = this.heard.find((candidate) => candidate.news === kind);
			if (news) return news as Extract<RefreshNews, { news: Kind }>;
			const failed = this.heard.find((candidate) => candidate.news === 'failed');
			if (failed) throw new Error(`The worker failed: ${failed.message}`);
			if (this.hasEnded()) throw new Error(`The worker ended before it was ${kind}.`);
			await Promise.race([once(this.child, 'message'), once(this.child, 'exit')]);
		}
	}

	/** SIGKILL; resolves when the process is gone. */
	async kill(): Promise<void> {
		if (this.hasEnded()) return;
		const exit = once(this.child, 'exit');
		this.child.kill('SIGKILL');
		await exit;
	}

	private hasEnded(): boolean {
		return this.child.exitCode !== null || this.child.signalCode !== null;
	}
}
