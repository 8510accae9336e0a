import type { Message } from '../shared/messages';

/** A message that is only for a look: it belongs to no run, and Postgres Upsert passes it on without storing it. */
export type PreviewMessage = Message & { preview: true; syncRunId: null };

/** The first records of all runs together, and what could not be read; states would move something. */
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
