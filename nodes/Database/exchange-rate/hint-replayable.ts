import type { IExecuteFunctions } from 'n8n-workflow';

import { addHint } from '../../adapter/hints';

/** Says that records which lacked a rate can be loaded now, since no sync loads them automatically. */
export function hintAtReplayable(context: IExecuteFunctions, items: object[]): void {
	const { replayableRecords = 0 } = (items.at(-1) ?? {}) as { replayableRecords?: number };
	if (replayableRecords === 0) return;
	const records = replayableRecords === 1 ? '1 rejected record' : `${replayableRecords} rejected records`;
	const message = `${records} can be loaded now: run the workflow Zixly Replay Rejected.`;
	addHint(context, { message, type: 'info' });
}
