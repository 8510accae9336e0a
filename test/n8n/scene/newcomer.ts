import type { Locator, Page } from 'playwright-core';

import { allowAccess } from '../editor';
import { EditorPage } from './editor-page';

/** What to fill in: a text, an option to choose, or a switch to turn on. */
type Value = string | { option: string } | true;

const field = (testId: string): string => `[data-test-id="${testId}"]`;

/** One who sets the package up in the editor and has clicks and filled fields counted. */
export class Newcomer extends EditorPage {
	clicks = 0;
	fields = 0;

	constructor(page: Page, url: string) {
		super(page, url);
	}

	private async click(what: Locator): Promise<void> {
		this.clicks++;
		await what.click();
	}

	private async fill(what: Locator, text: string): Promise<void> {
		this.fields++;
		await what.fill(text);
	}

	/** Makes a credential under a name, fills it in by the labels' parameters, and waits until it is saved. */
	async createCredential(type: string, name: string, values: Record<string, Value>): Promise<void> {
		const { page } = this;
		await this.visit('/home/credentials/create');
		const types = page.locator(`${field('new-credential-type-select')} input`);
		await this.click(types);
		// The list may still be loading, and then does not take what was typed.
		await page.waitForLoadState('networkidle');
		await types.fill(type);
		await this.click(
			page.locator(field('new-credential-type-select-option')).filter({ hasText: type }).first(),
		);
		await this.click(page.locator(field('new-credential-type-button')));
		await page.locator(field('credential-connection-parameter')).first().waitFor();
		await this.click(page.locator(field('credential-name')));
		await this.fill(page.locator(`${field('credential-name')} ${field('inline-edit-input')}`), name);
		await page.keyboard.press('Enter');
		for (const [parameter, value] of Object.entries(values)) await this.enter(parameter, value);
		const saved = page.waitForResponse(
			(reply) => reply.request().method() === 'POST' && reply.url().endsWith('/rest/credentials'),
		);
		await this.click(page.locator(field('credential-save-button')));
		if (!(await saved).ok()) throw new Error(`${name} was not saved: ${await (await saved).text()}`);
	}

	private async enter(parameter: string, value: Value): Promise<void> {
		if (value === true) await this.click(this.parameter(parameter).locator('.el-switch'));
		else if (typeof value !== 'string') {
			this.clicks += 2;
			await this.choose(parameter, value.option);
		} else await this.fill(this.parameter(parameter).locator('input, textarea').first(), value);
	}

	/** Presses Connect in the open credential and allows access. */
	async connect(login: string): Promise<void> {
		const { page } = this;
		const popup = page.waitForEvent('popup');
		await this.click(page.locator(field('oauth-not-connected-banner')).getByRole('button'));
		this.clicks += 2;
		await allowAccess(await popup, login);
		await page.locator(field('oauth-connect-success-banner')).waitFor();
	}

	/** Opens a workflow and a node's panel in it, fills the panel in, and closes it. */
	async fillNode(name: string, fillIn: () => Promise<void>): Promise<void> {
		this.clicks += 2;
		await this.openNode(name);
		await fillIn();
		await this.closeNode();
	}

	async enterParameter(name: string, text: string): Promise<void> {
		await this.fill(this.parameter(name).locator('input'), text);
	}

	async pick(parameter: string, entry: string): Promise<void> {
		this.clicks++;
		await this.click((await this.openList(parameter)).filter({ hasText: entry }));
	}

	async activate(node: string): Promise<void> {
		await this.click(this.node(node));
		await this.page.keyboard.press('d');
	}

	override async execute(): Promise<string> {
		this.clicks++;
		return await super.execute();
	}
}
