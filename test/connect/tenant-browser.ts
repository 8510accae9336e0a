import {
	chromium,
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	type Page,
} from 'playwright-core';

import { browser as executablePath } from '../n8n/editor';

/** Starts the browser that all journeys share; each has a context, and so cookies, of its own. */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath,
		headless: true,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
	});
}

/** A person in front of a browser, and everything that it showed. */
export class Person {
	/** The addresses that the browser stopped at, and the pages of ours that it showed. */
	readonly addresses: string[] = [];
	readonly pages = new Map<string, string>();
	clicks = 0;

	private constructor(
		readonly context: BrowserContext,
		readonly page: Page,
	) {}

	static async sitDown(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
		const context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...options });
		const page = await context.newPage();
		page.setDefaultTimeout(60_000);
		return new Person(context, page);
	}

	async open(address: string): Promise<void> {
		this.clicks++;
		await this.page.goto(address);
		await this.look();
	}

	/** Clicks a button or a link. */
	async click(text: string): Promise<void> {
		this.clicks++;
		const target = this.page.getByRole('button', { name: text, exact: true });
		const link = this.page.getByRole('link', { name: text, exact: true });
		await Promise.all([this.page.waitForEvent('framenavigated'), target.or(link).first().click()]);
		await this.page.waitForLoadState();
		await this.look();
	}

	get title(): Promise<string> {
		return this.page.locator('h1').innerText();
	}

	/** Signs in at the provider, as whoever comes first unless told, and allows access to an account or to all. */
	async allow(login?: string, account?: string): Promise<void> {
		if ((await this.title) === 'Sign in') {
			await this.click(login ?? (await this.page.getByRole('button').first().innerText()));
			// Whoever is signed in at the provider need not do so again.
			this.clicks--;
		}
		if (account) await this.page.getByLabel(account, { exact: true }).check();
		await this.click('Allow access');
	}

	/** Confirms every account that is offered. */
	async confirm(): Promise<void> {
		for (const box of await this.page.getByRole('checkbox').all()) await box.check();
		await this.click('Confirm');
	}

	/** Whether something is wider than the screen. */
	async isTooWide(): Promise<boolean> {
		return await this.page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
	}

	async leave(): Promise<void> {
		await this.context.close();
	}

	private async look(): Promise<void> {
		const { page } = this;
		this.addresses.push(page.url());
		if (page.url().includes('/zixly-')) this.pages.set(await this.title, await page.content());
	}
}
