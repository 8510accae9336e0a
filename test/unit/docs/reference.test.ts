import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { providers } from '../../../nodes/providers/registry';
import { CHECKOUT } from '../../support/checkout';
import { CREDENTIALS } from '../../support/panels/package-types';

const read = (...path: string[]): string => readFileSync(join(CHECKOUT, ...path), 'utf8');

/** The credential types, by their name. */
const credentials = new Map(CREDENTIALS.map((credential) => [credential.name, credential]));

describe.each(Object.values(providers))('docs/providers/$key.md', ({ key, displayName, ...definition }) => {
	const page = read('docs', 'providers', `${key}.md`);
	const credential = credentials.get(definition.credential)!;

	it('says how to connect it, and with which credential and workflow', () => {
		expect(page).toContain(`# ${displayName}\n`);
		expect(page).toContain(`## Connect ${displayName}\n`);
		expect(page).toContain(`\`zixly-sync-${key}\``);
		expect(page).toContain(credential.displayName);
		expect(page).toContain(`**${definition.accountWord}**`);
	});

	it('has the scopes that the credential asks for', () => {
		const scopes = credential.properties.find(({ name }) => name === 'enabledScopes');
		expect(page).toContain(`\n## Scopes\n`);
		expect(page).toContain((scopes?.default ?? '') as string);
	});

	it('has the limits that are kept, and what is not read', () => {
		const limits = page.slice(page.indexOf('\n## Limits\n'), page.indexOf('\n## What is not read\n'));
		const kept = definition.limits.windows.map(({ calls }) => String(calls));
		expect(kept.filter((calls) => !new RegExp(`\\b${calls}\\b`).test(limits))).toEqual([]);
	});

	it('is reached from the README', () => {
		expect(read('README.md')).toContain(`(docs/providers/${key}.md#connect-${displayName.toLowerCase()})`);
	});
});

it('a page of docs/providers is of a provider that exists', () => {
	const pages = readdirSync(join(CHECKOUT, 'docs', 'providers')).map((file) => file.replace('.md', ''));
	expect(pages.sort()).toEqual(Object.keys(providers).sort());
});

describe.each([
	['postgres', credentials.get('zixlyPostgresApi')!],
	['token-key', credentials.get('zixlyTokenKeyApi')!],
])('docs/credentials/%s.md', (name, credential) => {
	it('names the credential and all of its fields', () => {
		const page = read('docs', 'credentials', `${name}.md`);
		const fields = credential.properties.filter(({ type }) => type !== 'notice');
		expect(page).toContain(credential.displayName);
		expect(fields.map(({ displayName }) => displayName).filter((label) => !page.includes(label))).toEqual([]);
	});
});

describe('docs/operations.md', () => {
	const page = read('docs', 'operations.md');

	it('names every bundled workflow', () => {
		const ids = readdirSync(join(CHECKOUT, 'workflows')).map((file) => file.replace('.json', ''));
		const short = (id: string): string => id.replace(/^zixly-sync(?=-(?!xero))/, '');
		expect(ids.length).toBeGreaterThan(10);
		expect(ids.filter((id) => !page.includes(`\`${short(id)}\``))).toEqual([]);
	});

	it('names every command of the command line', () => {
		const commands = [...read('bin', 'commands.ts').matchAll(/^\t'?([a-z]+(?: [a-z]+)?)'?: run[A-Z]/gm)].map(
			([, command]) => command!,
		);
		expect(commands.length).toBeGreaterThan(5);
		expect(commands.filter((command) => !page.includes(`| \`zixly ${command}`))).toEqual([]);
	});
});
