import { readFileSync } from 'node:fs';

/** Milliseconds that this process has computed. What else the machine does is not in them, as it is in a clock's. */
export function readProcessCpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** The same of this thread alone, in steps of some milliseconds; of the whole process where there is no Linux. */
export function readThreadCpuMs(): number {
	if (process.platform !== 'linux') return readProcessCpuMs();
	return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}
