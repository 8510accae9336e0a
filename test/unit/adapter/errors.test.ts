import { describe, expect, it } from '@jest/globals';
import type { INode } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { explain, nodeError, prefixed } from '../../../nodes/adapter/errors';
import { ReadFailure } from '../../../nodes/engine/contract/failure';

const NODE: INode = {
	...{ id: '1', name: 'Zixly Database', type: 'database', typeVersion: 1 },
	...{ position: [0, 0], parameters: {} },
};

describe('an error that explains itself', () => {
	it('keeps a name with a full stop whole', () => {
		const error = new ExplainedError(
			'There is no client "Dr. No Pty. Ltd." here.',
			'Choose another. Or none.',
		);
		expect(explain(error)).toEqual({
			message: 'There is no client "Dr. No Pty. Ltd." here',
			description: 'Choose another. Or none.',
		});
		expect(error.message).toBe('There is no client "Dr. No Pty. Ltd." here. Choose another. Or none.');
	});

	it('shows what to do as the description, also if reading failed', () => {
		const shown = nodeError(
			NODE,
			new ReadFailure('bad_request', 'Acme Inc. answered 404.', 'Check Base URL.'),
		);
		expect(shown).toMatchObject({ message: 'Acme Inc. answered 404', description: 'Check Base URL.' });
	});

	it('keeps its full stop if nothing follows', () => {
		expect(explain(new ExplainedError('The rate is not above zero.'))).toEqual({
			message: 'The rate is not above zero.',
			description: '',
		});
	});

	it('names the item before what happened and keeps what to do', () => {
		const error = prefixed('Item 3', new ExplainedError('It has no month.', 'Fill in Period.'));
		expect(explain(error)).toEqual({ message: 'Item 3: It has no month', description: 'Fill in Period.' });
	});
});

describe('the error of a library', () => {
	it('is not cut: its sentences are not ours', () => {
		const text = 'Cannot open "a. b". The file ended.';
		expect(explain(new Error(text))).toEqual({ message: text, description: '' });
	});
});
