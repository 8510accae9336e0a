import type { IExecuteFunctions } from 'n8n-workflow';

import { addHint } from '../adapter/hints';
import type { Message } from '../shared/messages';

/** A message of a preview: it belongs to no run, and Postgres Upsert passes it on without storing it. */
type PreviewMessage = Message & { preview: true; syncRunId: null };

/**
 * Keeps as many records as Limit allows and the failures; states are dropped, since a preview moves nothing. Each run has
 * the same share, and what one does not use goes to the others.
 */
export function limitPreview(
	messages: ReadonlyMap<string, Message[]>,
	limit: number,
): Map<string, PreviewMessage[]> {
	const shares = shareOut(
		limit,
		[...messages.values()].map((all) => all.filter(isRecord).length),
	);
	const shown = [...messages].map(([run, all], index): [string, PreviewMessage[]] => {
		let left = shares[index]!;
		const some = all.filter((message) => message.type === 'FAILURE' || (isRecord(message) && left-- > 0));
		// First, so that the table begins with it.
		return [run, some.map((message) => ({ preview: true, ...message, syncRunId: null }))];
	});
	return new Map(shown);
}

const isRecord = ({ type }: Message): boolean => type === 'RECORD';

/** Deals one after the other to all that have some left. */
function shareOut(limit: number, available: readonly number[]): number[] {
	const shares = available.map(() => 0);
	for (let left = limit; left > 0; ) {
		const hungry = available
			.flatMap((count, index) => (shares[index]! < count ? [index] : []))
			.slice(0, left);
		if (hungry.length === 0) break;
		for (const index of hungry) shares[index]!++;
		left -= hungry.length;
	}
	return shares;
}

/** Says that it was a preview, and of how many connections. */
export function hintPreview(
	context: IExecuteFunctions,
	shown: ReadonlyMap<string, readonly unknown[]>,
	claimed: number,
): void {
	const records = [...shown.values()].reduce((total, { length }) => total + length, 0);
	const items = records === 1 ? '1 item' : `${records} items`;
	const connections = shown.size === 1 ? '1 connection' : `${shown.size} connections`;
	const others = shown.size < claimed ? ` Limit is too small for the other ${claimed - shown.size}.` : '';
	const message = `Preview: ${items} of ${connections}. Nothing is stored, and no state changes.${others}`;
	addHint(context, { message, type: 'info' });
}
