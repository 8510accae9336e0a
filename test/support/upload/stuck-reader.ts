import { fork } from 'node:child_process';
import path from 'node:path';

import { CHECKOUT } from '../checkout';

// Run as a process of its own: starts the reader of uploads with a parser that never returns, prints the reader's pid,
// and waits to be killed.
const reader = fork(path.join(CHECKOUT, 'nodes/providers/manual/file/reader-process.ts'), {
	execArgv: ['--require', require.resolve('tsx/cjs'), '--require', path.join(__dirname, 'never-return.cjs')],
	env: {},
});
reader.send({});
reader.once('message', () => console.log(reader.pid));
