import { readFile } from '../../../nodes/providers/manual/file/read-file';

// Run as a process of its own: reads a file where no other process can be started, and prints the error.
process.execPath = '/made-up/node';
readFile(Buffer.from('Client ID\nA'), { separator: 'Detect', columnMap: {} }).catch((error: Error) =>
	console.log(JSON.stringify({ name: error.name, message: error.message })),
);
