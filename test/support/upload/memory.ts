import { readFile } from '../../../nodes/providers/manual/file/read-file';
import { xlsxOf } from './xlsx';

// Run as a process of its own: reads a file of 100,000 rows and prints `{ rows, grownMb }`.
const rows = Array.from({ length: 100_000 }, (_, index) => [
	`client-${index % 400}`,
	`Metric ${index}`,
	index + 0.5,
	'2026-06-30',
	'AUD',
]);
const table = [['Client ID', 'Metric', 'Value', 'Date', 'Unit'], ...rows];

const content =
	process.argv[2] === 'xlsx'
		? xlsxOf({ sheets: [{ name: 'KPI', rows: table }], hasSharedStrings: false })
		: Buffer.from(table.map((cells) => cells.join(',')).join('\r\n'));

async function main(): Promise<void> {
	global.gc?.();
	const idle = process.memoryUsage.rss();
	let peak = idle;
	const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
	const read = await readFile(content, { separator: 'Detect', columnMap: {} });
	clearInterval(timer);
	console.log(JSON.stringify({ rows: read.rows.length, grownMb: Math.round((peak - idle) / 1_048_576) }));
}

void main();
