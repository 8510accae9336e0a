import { holder } from './database-setup';

export default async function teardown(): Promise<void> {
	await holder.zixlyServer?.close();
}
