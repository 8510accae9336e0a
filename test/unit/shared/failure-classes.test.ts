import { describe, expect, it } from '@jest/globals';

import { adviceOn, FAILURE_CLASSES, isFailureClass } from '../../../nodes/shared/failure-classes';

const classes = Object.entries(FAILURE_CLASSES);

describe('the failure classes', () => {
	it('classes that end the run are never blamed on a single record', () => {
		expect(classes.filter(([, traits]) => traits.endsRun && traits.ofOneRecord)).toEqual([]);
	});

	it('classes that require action are not transient', () => {
		expect(classes.filter(([, traits]) => traits.requiresAction && traits.transient)).toEqual([]);
	});

	it.each(['', 'toString', '__proto__', 'crashed', undefined, 1, ['internal']])(
		'do not include %j',
		(value) => {
			expect(isFailureClass(value)).toBe(false);
		},
	);
});

describe('advice', () => {
	it('exists for a process that ended', () => {
		expect(adviceOn('lease_ended')).toMatch(/more memory/);
		expect(adviceOn('crashed')).toBe(adviceOn('lease_ended'));
	});

	it('advice for an unknown class is that for an unexpected error', () => {
		expect(adviceOn('constructor')).toBe(FAILURE_CLASSES.internal.advice);
	});
});
