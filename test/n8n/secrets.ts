import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The text of every file below a folder that may hold what n8n was told: its settings, logs and crash journals. */
export async function everyFile(folder: string): Promise<string> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'));
	const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
	return texts.join('\n');
}
