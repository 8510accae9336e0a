import { announceTemplate, createTemplate, dropTemplate, type DatabaseTemplate } from './template';
import { startPostgres } from './postgres';

interface Shared {
	template: DatabaseTemplate;
	close(): Promise<void>;
}

/** Set-up and tear-down run in one process, which loads each of them apart. */
export const holder = globalThis as typeof globalThis & { zixlyServer?: Shared };

/** One server and one migrated template for the whole run; `DATABASE_URL` names a superuser of another server. */
export default async function setup(): Promise<void> {
	holder.zixlyServer = await open(process.env.DATABASE_URL);
	announceTemplate(holder.zixlyServer.template);
}

async function open(url: string | undefined): Promise<Shared> {
	if (url) {
		const template = await createTemplate(url);
		return { template, close: () => dropTemplate(template) };
	}
	const server = await startPostgres();
	return { template: await createTemplate(server.adminUrl), close: () => server.stop() };
}
