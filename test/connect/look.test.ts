import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { source as axe } from 'axe-core';
import type { Browser, Page } from 'playwright-core';

import { buildPage } from '../../nodes/Connect/pages/layout';
import { OPERATOR, samplePages } from '../support/connect/page-samples';
import { browser as installed } from '../n8n/editor';
import { launchBrowser } from './tenant-browser';

/** Colours that an operator may choose, the hardest to read among them; they are seen on a few pages alone. */
const HARD_COLOURS = ['#ffff00', '#000000', '#ffffff', '#7f7f7f'];
const COLOURED = ['start', 'choose', 'manage', 'other_account'];
const LONG = 'Verylongnamewithoutanyspacewhatsoeverthatnobodywouldgiveacompany & Söhne';

interface Violations {
	violations: Array<{ id: string; nodes: Array<{ html: string; failureSummary?: string }> }>;
}

(installed ? describe : describe.skip)('the pages of Zixly Connect', () => {
	let browser: Browser;
	let page: Page;

	beforeAll(async () => {
		browser = await launchBrowser();
		page = await browser.newPage({ viewport: { width: 320, height: 640 } });
	});

	afterAll(async () => await browser?.close());

	/** Faults that axe finds, and pages that are wider than the phone. */
	async function findFaults(colour: string, names?: readonly string[]): Promise<unknown[]> {
		const operator = { ...OPERATOR, colour };
		const faults: unknown[] = [];
		for (const [name, content] of Object.entries(samplePages(operator, LONG))) {
			if (names && !names.includes(name)) continue;
			await page.setContent(buildPage(operator, content).html);
			await page.evaluate(axe);
			const { violations } = (await page.evaluate('axe.run()')) as Violations;
			faults.push(...violations.map(({ id, nodes }) => [name, id, nodes[0]?.html, nodes[0]?.failureSummary]));
			const width = await page.evaluate<number>('document.documentElement.scrollWidth');
			if (width > 320) faults.push([name, `is ${width} pixels wide`]);
		}
		return faults;
	}

	describe.each(['light', 'dark'] as const)('every page in %s colours', (colorScheme) => {
		beforeAll(async () => await page.emulateMedia({ colorScheme }));

		it('is accessible and fits a phone', async () => {
			expect(await findFaults(OPERATOR.colour)).toEqual([]);
		});

		it.each(HARD_COLOURS)('can be read with %s as the operator’s colour', async (colour) => {
			expect(await findFaults(colour, COLOURED)).toEqual([]);
		});
	});

	it('can be looked at', async () => {
		const folder = process.env.SCREENSHOTS;
		if (!folder) return;
		await mkdir(folder, { recursive: true });
		await page.emulateMedia({ colorScheme: 'light' });
		await page.setViewportSize({ width: 640, height: 720 });
		for (const [name, content] of Object.entries(samplePages(OPERATOR))) {
			await page.setContent(buildPage(OPERATOR, content).html);
			await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
		}
	});
});
