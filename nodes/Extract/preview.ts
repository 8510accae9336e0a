import type { Message } from '../shared/messages';

/** A message of a preview: it belongs to no run, and Postgres Upsert passes it on without storing it. */
export type PreviewMessage = Message & { preview: true; syncRunId: null };

/** Keeps the first records of all runs together and the failures; states are dropped, since a preview moves nothing. */
export function limitPreview(
	messages: ReadonlyMap<string, Message[]>,
	limit: number,
): Map<string, PreviewMessage[]> {
	let left = limit;
	const shown = [...messages].map(([run, all]): [string, PreviewMessage[]] => {
		const some = all.filter(({ type }) => type === 'FAILURE' || (type === 'RECORD' && left-- > 0));
		return [run, some.map((message) => ({ ...message, preview: true, syncRunId: null }))];
	});
	return new Map(shown);
}
