import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';

const SCRIPT = join(CHECKOUT, 'scripts', 'check-changelog.mjs');

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'zixly-changelog-'));
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3' }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkChangelog(...lines: string[]) {
	writeFileSync(join(folder, 'CHANGELOG.md'), ['# Changelog', '', ...lines].join('\n'));
	const { status, stderr } = spawnSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8' });
	return { status, stderr };
}

describe('the changelog gate', () => {
	it.each([['## 1.2.3'], ['## 1.2.3 (2026-12-01)'], ['## v1.2.3'], ['## [1.2.3] - 2026-12-01']])(
		'lets the version pass that the newest heading names: %s',
		(heading) => {
			expect(checkChangelog(heading, 'Text.', '## 1.2.2')).toEqual({ status: 0, stderr: '' });
		},
	);

	it.each([['## Unreleased'], ['## [Unreleased]'], ['## unreleased changes']])(
		'stops a release below %s',
		(heading) => {
			const { status, stderr } = checkChangelog(heading, '## 1.2.3');
			expect(status).toBe(1);
			expect(stderr).toContain('Rename that heading to 1.2.3');
		},
	);

	it.each([['## 1.2.2'], ['## 1.2.34'], ['## 1.2.3-beta.1']])(
		'stops a version that is not the newest: %s',
		(heading) => {
			const { status, stderr } = checkChangelog(heading, '## 1.2.3');
			expect(status).toBe(1);
			expect(stderr).toContain('Describe 1.2.3 first');
		},
	);

	it('stops a changelog without a version', () => {
		expect(checkChangelog('Text.')).toMatchObject({ status: 1 });
	});

	it('is run before a version is published', () => {
		const { scripts } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
			scripts: Record<string, string>;
		};
		expect(scripts.prepublishOnly).toContain('node scripts/check-changelog.mjs && ');
	});
});
