import { existsSync } from 'node:fs';

import { chromium, type Page } from 'playwright-core';

import type { N8nServer } from '../support/n8n/real-n8n';

const BROWSERS = [
	process.env.CHROMIUM,
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
];

/** A browser of the system, if there is one. */
export const browser = BROWSERS.find((path) => path && existsSync(path));

const QUIET = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** A browser that is signed in at the editor. */
export async function openPage(server: N8nServer): Promise<{ page: Page; close: () => Promise<void> }> {
	const running = await chromium.launch({ executablePath: browser, headless: true, args: QUIET });
	try {
		const page = await running.newPage({ viewport: { width: 1600, height: 900 } });
		// Playwright's own 30 seconds are too few on a busy machine; this is against hanging alone.
		page.setDefaultTimeout(120_000);
		await page.goto(`${server.browserUrl}/signin`);
		await page.fill('input[name="emailOrLdapLoginId"]', server.owner.email);
		await page.fill('input[name="password"]', server.owner.password);
		await page.click('[data-test-id="form-submit-button"]');
		await page.waitForURL(/\/(home|workflow|projects)/);
		return { page, close: async () => await running.close() };
	} catch (error) {
		await running.close();
		throw error;
	}
}

/** Signs in at the editor and hands over the page. */
export async function withPage<T>(server: N8nServer, look: (page: Page) => Promise<T>): Promise<T> {
	const { page, close } = await openPage(server);
	try {
		return await look(page);
	} finally {
		await close();
	}
}

/** Signs in, opens a workflow and hands over the page once its nodes are drawn. */
export async function withEditor<T>(
	server: N8nServer,
	workflowId: string,
	look: (page: Page) => Promise<T>,
): Promise<T> {
	return await withPage(server, async (page) => {
		await page.goto(new URL(`/workflow/${workflowId}`, page.url()).href);
		await page.waitForSelector('[data-test-id="canvas-node"]');
		return await look(page);
	});
}

/** Signs in on the sandbox's pages, and allows access to the first account offered there. */
export async function allowAccess(consentPage: Page, login: string): Promise<void> {
	await consentPage.getByRole('button', { name: login, exact: true }).click();
	await consentPage.click('#allow');
}
