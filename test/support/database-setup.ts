import type { TestProject } from 'vitest/node';

import { createTemplate, dropTemplate, type DatabaseTemplate } from './database-template';
import { startPostgres } from './postgres';

declare module 'vitest' {
	interface ProvidedContext {
		databaseTemplate: DatabaseTemplate;
	}
}

interface Shared {
	template: DatabaseTemplate;
	close(): Promise<void>;
}

/** Vitest sets up each of its projects apart, in one process: they share one server. */
const holder = globalThis as typeof globalThis & { zixlyServer?: { users: number; shared: Promise<Shared> } };

/** One server and one migrated template for the whole run; `DATABASE_URL` names a superuser of another server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const server = (holder.zixlyServer ??= { users: 0, shared: open(process.env.DATABASE_URL) });
	server.users++;
	project.provide('databaseTemplate', (await server.shared).template);
	return async () => {
		if (--server.users > 0) return;
		delete holder.zixlyServer;
		await (await server.shared).close();
	};
}

async function open(url: string | undefined): Promise<Shared> {
	if (url) {
		const template = await createTemplate(url);
		return { template, close: () => dropTemplate(template) };
	}
	const server = await startPostgres();
	return { template: await createTemplate(server.adminUrl), close: () => server.stop() };
}
