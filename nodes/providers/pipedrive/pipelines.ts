import type { StreamContext } from '../../engine/definition';
import { listPage, PIPELINES, STAGES, type ListEndpoint } from './calls';
import { CursorTrail } from './cursor-trail';
import type { Listed } from './replies';

/** What is read once for all deals of a reading. */
export interface Prepared {
	stages: ReadonlyMap<number, Listed>;
	pipelines: ReadonlyMap<number, Listed>;
	/** Where version 1 answers: company hosts know it under /api, the common host may not. */
	versionOne: { path: string };
}

export async function readPipelines(context: StreamContext): Promise<Prepared> {
	return {
		stages: await allOf(context, STAGES),
		pipelines: await allOf(context, PIPELINES),
		versionOne: { path: '/api/v1' },
	};
}

async function allOf(context: StreamContext, endpoint: ListEndpoint): Promise<Map<number, Listed>> {
	const all = new Map<number, Listed>();
	const trail = new CursorTrail(endpoint.what, context.account.name);
	let cursor: string | null = null;
	do {
		const query: Record<string, string> = { limit: '500', ...(cursor !== null && { cursor }) };
		const page = await listPage<Listed>(context, endpoint, query);
		for (const one of page?.data ?? []) all.set(one.id, one);
		cursor = page?.nextCursor ?? null;
		trail.follow(cursor);
	} while (cursor !== null);
	return all;
}
