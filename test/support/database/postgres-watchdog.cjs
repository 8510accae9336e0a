// Started beside a test's PostgreSQL. Once the process that started both is gone, however it ended, stops the server and
// removes its files. Arguments: the server's data folder, and the folder to remove.
const { readFileSync, rmSync } = require('node:fs');
const path = require('node:path');

const [data, folder] = process.argv.slice(2);

/** After these the server is taken for ended: nobody may have waited for it. */
const MAX_LOOKS = 200;

/** Signals the server, if it runs. Signal 0 only asks. */
function signal(name) {
	try {
		const [pid] = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
		return process.kill(Number(pid), name);
	} catch {
		return false;
	}
}

function remove(looks = 0) {
	if (looks < MAX_LOOKS && signal(0)) setTimeout(remove, 50, looks + 1);
	else rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

// The other end of the pipe closes when its process ends.
process.stdin.resume().on('end', () => {
	signal('SIGQUIT');
	remove();
});
