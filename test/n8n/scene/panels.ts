import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';
import { PANELS } from './panels-workflow';
import type { Scene } from './set-scene';

const SEARCHES = [
	...['xero', 'myob', 'hubspot', 'pipedrive', 'asana', 'zixly', 'etl', 'postgres', 'sync', 'exchange rate'],
	...[
		'currency',
		'tenant',
		'upsert',
		'accounting',
		'connect',
		'normalize',
		'kpi',
		'metrics',
		'csv',
		'upload',
	],
	...['crm', 'deals', 'tasks', 'multi-tenant', 'backfill', 'token', 'oauth'],
];

/** What the panels offer and say before anything is run: F10, F18 to F23, F33. */
export function playPanels(of: () => Scene): void {
	const editor = () => of().editor;

	it('finds a node of ours by each of 27 words (F10)', async () => {
		const { page } = editor();
		await editor().open(PANELS);
		await page.click('[data-test-id="node-creator-plus-button"]');
		const search = page.locator('[data-test-id="node-creator-search-bar"]');
		const missed: string[] = [];
		for (const word of SEARCHES) {
			await search.fill(word);
			const found = page.locator('[data-test-id="node-creator-item-name"]', { hasText: 'Zixly' }).first();
			await found.waitFor({ timeout: 5_000 }).catch(() => missed.push(word));
		}
		await search.fill('pipedrive');
		await editor().photograph('_search');
		expect(missed).toEqual([]);
	});

	it('names each node’s operation below it, and draws an icon of its own for each (F18)', async () => {
		await editor().open('zixly-sync-xero');
		const subtitles = editor().page.locator('[data-test-id="canvas-node"]');
		const words = (await subtitles.allInnerTexts()).join('\n');
		for (const subtitle of ['Claim Due Connections', 'Xero', 'Zixly Messages', 'Finish Sync Runs'])
			expect(words).toContain(subtitle);
		const icons = new Set<string | null>();
		for (const name of ['Claim Due', 'Extract', 'Transform & Normalize', 'Postgres Upsert'])
			icons.add(await editor().node(name).locator('img').first().getAttribute('src'));
		expect(icons.size).toBe(4);
	});

	it('lists the connections of the chosen provider only, in words, under the one name Connection (F19, F20)', async () => {
		await editor().openNode('Claim Due');
		const panel = editor().page.locator(
			'[data-test-id="ndv-parameter-panel"], [data-test-id="node-parameters"]',
		);
		expect(await panel.first().innerText()).not.toMatch(/integration/i);
		const entries = await (await editor().openList('integrationId')).allInnerTexts();
		expect(entries).toContain('Harbour Group – Xero');
		expect(entries.join()).not.toMatch(/HubSpot|ACTIVE|asana/);
		await editor().photograph('panel-claim-due');
		await editor().page.keyboard.press('Escape');
		await editor().closeNode();
	});

	it.each(['Extract', 'Transform & Normalize', 'Postgres Upsert'])('shows the panel of %s', async (name) => {
		await editor().openNode(name);
		const words = await editor().page.locator('[data-test-id="output-panel"]').innerText();
		if (name === 'Extract' || name.startsWith('Transform'))
			expect(words).toContain('Messages outputs everything in order');
		await editor().photograph(`panel-${name.split(' ')[name.startsWith('Postgres') ? 1 : 0]!.toLowerCase()}`);
		await editor().closeNode();
	});

	it('says why a list is empty (F21)', async () => {
		await editor().open(PANELS);
		await editor().openNode('Link Client');
		await editor().page.locator('[data-test-id^="resource-locator-"]').last().locator('input').last().click();
		await editor().page.getByText('Choose a tenant first').first().waitFor();
		await editor().page.keyboard.press('Escape');
		await editor().closeNode();
	});

	it.each(['asana', 'hubspot', 'pipedrive'])('asks nothing of accounting for %s (F23)', async (provider) => {
		await editor().openNode(`Transform ${provider}`);
		const fields = editor().page.locator('[data-test-id^="parameter-input-"]');
		await fields.first().waitFor();
		const names = await fields.evaluateAll((all) => all.map((one) => one.getAttribute('data-test-id')));
		for (const name of ['period', 'businessId']) expect(names).not.toContain(`parameter-input-${name}`);
		await editor().closeNode();
	});

	it('leads to pages of the docs that exist (F33)', async () => {
		for (const name of ['Link Client', 'Get Health', 'Transform xero']) {
			await editor().openNode(name);
			const link = editor().page.getByRole('link', { name: 'Docs' });
			const address = new URL((await link.getAttribute('href'))!);
			const path = /blob\/[^/]+\/(docs\/[^?#]+)/.exec(address.pathname)?.[1];
			expect(path && existsSync(join(CHECKOUT, path))).toBe(true);
			await editor().closeNode();
		}
	});
}
