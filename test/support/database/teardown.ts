import { holder } from './setup';

export default async function teardown(): Promise<void> {
	await holder.zixlyServer?.close();
}
