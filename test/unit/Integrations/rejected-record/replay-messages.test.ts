import { describe, expect, it } from '@jest/globals';

import type { ReplayRecord } from '../../../../db/runs/replay';
import { replayMessages } from '../../../../nodes/Integrations/rejected-record/replay-messages';

const GROUP = { tenantId: 't', integrationId: 'i', provider: 'xero', ids: [] };
const ACCOUNT = { id: 'a', name: 'A', timezone: 'Etc/UTC', currency: 'AUD' };

function record(recordId: string, more: Partial<ReplayRecord> = {}): ReplayRecord {
	const common = { stream: 's', accountId: 'a', recordId, lastSeenAt: '2026-06-30T00:00:00.000Z' };
	return { ...common, stage: 'transform', payload: { id: recordId }, account: ACCOUNT, ...more };
}

const row = (value: number) => ({ table: 'financials', client: { externalId: 'a' }, row: { value } });
const refused = (recordId: string, values: number[], more: Partial<ReplayRecord> = {}): ReplayRecord =>
	record(recordId, { stage: 'load', payload: { rows: values.map(row) }, ...more });

const short = (records: ReplayRecord[]): string[] =>
	replayMessages(GROUP, { syncRunId: 'r', records }).messages.map((message) =>
		message.type === 'STATE'
			? `STATE ${message.stream}/${message.accountId} ${JSON.stringify(message.counts)}`
			: `${message.type} ${'recordId' in message ? message.recordId : ''}`,
	);

describe('a replay puts out', () => {
	it('records and rows in order, each stream of an account closed by a STATE that counts them', () => {
		expect(short([record('1'), refused('2', [5, 6]), record('3', { accountId: 'b' })])).toEqual([
			'RECORD 1',
			'ROW 2',
			'ROW 2',
			'STATE s/a {"extracted":2,"normalised":1,"rows":{"produced":2}}',
			'RECORD 3',
			'STATE s/b {"extracted":1,"normalised":0,"rows":{"produced":0}}',
		]);
	});

	it('the raw record alone where both it and its rows are open', () => {
		expect(short([refused('1', [5]), record('1')])).toEqual([
			'RECORD 1',
			'STATE s/a {"extracted":1,"normalised":0,"rows":{"produced":0}}',
		]);
	});

	it('nothing for what cannot be completed, and counts why', () => {
		const { messages, leftOut } = replayMessages(GROUP, {
			syncRunId: 'r',
			records: [
				record('1', { account: null }),
				record('2', { payload: null }),
				record('3', { stage: 'load', payload: { note: 'not storable' } }),
				record('4'),
			],
		});
		expect(messages.map(({ type }) => type)).toEqual(['RECORD', 'STATE']);
		expect([...leftOut.values()]).toEqual([1, 1, 1]);
	});
});
