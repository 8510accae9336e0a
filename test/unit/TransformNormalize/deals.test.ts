import { describe, expect, it } from '@jest/globals';

// First: it takes the place of a module that the next ones import.
import './made-up-normaliser';
import { imbalances } from '../../../nodes/shared/counts';
import { Conversion } from '../../../nodes/shared/conversion';
import type { Deletion } from '../../../nodes/shared/messages';
import { incomingMessage, incomingPreview } from '../../../nodes/TransformNormalize/incoming';
import { transform } from '../../support/n8n/transformed';
import { SETTINGS, SYDNEY } from '../providers/xero/months';
import { namedRun } from '../../support/database/named-run';

type Json = Record<string, unknown>;

const envelope = {
	tenantId: 'tenant-1',
	integrationId: 'integration-1',
	syncRunId: 'run-1',
	provider: 'made-up',
	stream: 'deals',
	accountId: SYDNEY.id,
};
const deal = (recordId: string, record: Json): Json => ({
	type: 'RECORD',
	...envelope,
	recordId,
	account: SYDNEY,
	fetchedAt: '2026-11-22T00:00:00.000Z',
	record,
});
const state = (changes: Json = {}): Json => ({
	type: 'STATE',
	...envelope,
	state: null,
	hasMore: false,
	counts: {},
	...changes,
});
const gone = (leadId: string): Deletion => ({
	table: 'lead_events',
	leadId,
	deletedAt: '2026-11-20T00:00:00.000Z',
});

function run(items: Json[], staleAfterDays = 30) {
	const incoming = items.map((json, item) =>
		json.preview ? incomingPreview(json, item) : incomingMessage(json, item, namedRun(json)),
	);
	const settings = { ...SETTINGS, staleAfterDays };
	const { outgoing } = transform(incoming, settings, new Conversion([]), '2026-11-23T06:00:00.000Z');
	return outgoing.map(({ item, message }) => message ?? items[item]!);
}

describe('a deletion', () => {
	it('follows the rows of its record as DELETED messages, in order, and counts as produced', () => {
		const items = [
			deal('1', { stages: ['New', 'Won'], deletions: [gone('7'), gone('8')] }),
			deal('2', { deletions: [gone('2')] }),
			deal('3', { stages: ['New'] }),
			state({ counts: { extracted: 3 } }),
		];
		const messages = run(items);
		expect(messages.map(({ type }) => type)).toEqual([
			...['ROW', 'ROW', 'DELETED', 'DELETED', 'DELETED', 'ROW', 'STATE'],
		]);
		expect(messages[2]).toEqual({ type: 'DELETED', ...envelope, recordId: '1', ...gone('7') });
		const { rows, ...records } = (messages[6] as { counts: Json }).counts;
		expect(records).toEqual({ extracted: 3, normalised: 3, rejected: 0, filtered: 0 });
		expect(rows).toEqual({ produced: 6, deduplicated: 0 });
		expect(imbalances('deals', { records, rows: { ...(rows as object), updated: 6 } })).toEqual([]);
	});

	it('is a rejection where PostgreSQL cannot hold its id', () => {
		const [rejected] = run([deal('1', { stages: ['New'], deletions: [gone('a\0b')] })]);
		expect(rejected).toMatchObject({
			type: 'REJECTED',
			reason: { code: 'text_not_storable', path: 'deletion.leadId' },
		});
	});

	it('passes untouched where it comes as a message', () => {
		const message = { type: 'DELETED', ...envelope, recordId: '4', ...gone('4'), mine: true };
		expect(run([message])[0]).toBe(message);
	});

	it('is marked as a preview where its record is one', () => {
		const [deleted] = run([{ ...deal('1', { deletions: [gone('1')] }), preview: true }]);
		expect(deleted).toMatchObject({ type: 'DELETED', preview: true });
	});
});

describe('every STATE of a stream whose rows age', () => {
	it('says before which instant the last activity of a stale deal lies, also where nothing was read', () => {
		expect(run([state()])[0]).toMatchObject({
			state: null,
			ageing: { staleBefore: '2026-10-24T06:00:00.000Z' },
		});
		const [, late] = run([deal('1', { stages: ['New'] }), state({ state: { at: 1 }, hasMore: true })], 7);
		expect(late).toMatchObject({ state: { at: 1 }, ageing: { staleBefore: '2026-11-16T06:00:00.000Z' } });
	});

	it('no other STATE asks for it', () => {
		expect(run([state({ provider: 'xero', stream: 'monthlyFinancials' })])[0]).not.toHaveProperty('ageing');
	});
});
