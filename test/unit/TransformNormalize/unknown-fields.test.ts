import { describe, expect, it } from '@jest/globals';

import type { StateMessage } from '../../../nodes/shared/messages';
import { UnknownFields } from '../../../nodes/TransformNormalize/unknown-fields';

const envelope = (accountId: string) => ({
	...{ tenantId: 't', integrationId: 'i', syncRunId: 'r', provider: 'xero', stream: 'months' },
	accountId,
});
const state = (accountId: string, warnings?: string[]): StateMessage => ({
	...envelope(accountId),
	...{ type: 'STATE', state: {}, hasMore: false, counts: {} },
	...(warnings && { warnings }),
});

describe('fields that are not known', () => {
	it('are a warning of the STATE after them, with how many records had them, and only of that one', () => {
		const unknown = new UnknownFields();
		unknown.note(envelope('a'), ['Cell.Colour', 'Row.Note']);
		unknown.note(envelope('a'), ['Cell.Colour']);
		unknown.note(envelope('b'), []);
		expect(unknown.addUnknownFields(state('a', ['Before.'])).warnings).toEqual([
			'Before.',
			'months: unknown fields were left out (number of records): Cell.Colour (2), Row.Note (1). Report them if they matter.',
		]);
		expect(unknown.addUnknownFields(state('a')).warnings).toBeUndefined();
		expect(unknown.addUnknownFields(state('b')).warnings).toBeUndefined();
		expect(unknown.total).toEqual(
			new Map([
				['xero/months Cell.Colour', 2],
				['xero/months Row.Note', 1],
			]),
		);
	});

	it('are named ten at most', () => {
		const unknown = new UnknownFields();
		unknown.note(
			envelope('a'),
			Array.from({ length: 13 }, (_, index) => `field${index}`),
		);
		const [warning] = unknown.addUnknownFields(state('a')).warnings ?? [];
		expect(warning).toMatch(/field9 \(1\) and 3 more\./);
	});
});
