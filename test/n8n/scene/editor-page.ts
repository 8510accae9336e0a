import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { CHECKOUT } from '../../support/checkout';

const SHOWN_IN_DOCS = join(CHECKOUT, 'docs', 'images');
/** Every run leaves its pictures here, to see what a failed scene looked like. */
const PICTURES = join(tmpdir(), 'zixly-scenes');

const field = (testId: string): string => `[data-test-id="${testId}"]`;
const OUTPUT = field('output-panel');

/** What a person does in n8n's editor and sees of it. */
export class EditorPage {
	private readonly ends: Array<(status: string) => void> = [];

	constructor(
		readonly page: Page,
		private readonly url: string,
	) {
		page.on('websocket', (socket) =>
			socket.on('framereceived', ({ payload }) => {
				const status = endIn(payload.toString());
				if (status) for (const resolve of this.ends.splice(0)) resolve(status);
			}),
		);
	}

	async visit(path: string): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
	}

	async open(workflowId: string): Promise<void> {
		await this.visit(`/workflow/${workflowId}`);
		await this.page.waitForSelector(field('canvas-node'));
		// The canvas glides to its place.
		await this.page.waitForTimeout(1500);
	}

	/** Clicks Execute workflow; resolves to `success` or `error` when the execution has ended. */
	async execute(): Promise<string> {
		return await this.untilEnd(async () => await this.page.click(field('execute-workflow-button')));
	}

	/** Clicks Execute step in the open panel. */
	async executeStep(): Promise<string> {
		return await this.untilEnd(async () => await this.page.click(field('node-execute-button')));
	}

	private async untilEnd(start: () => Promise<void>): Promise<string> {
		const end = new Promise<string>((resolve) => this.ends.push(resolve));
		await start();
		return await end;
	}

	node(name: string): Locator {
		return this.page.locator(`${field('canvas-node')}[data-node-name="${name}"]`);
	}

	/** Opens a node's panel. */
	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.page.waitForSelector(OUTPUT);
		await this.page.waitForTimeout(500);
	}

	async closeNode(): Promise<void> {
		await this.page.click(field('ndv-close-button'));
		await this.page.waitForSelector(OUTPUT, { state: 'detached' });
	}

	/** Opens a node and resolves to the words of its output: hints, errors, the table. Closes it again. */
	async outputOf(name: string, picture?: string): Promise<string> {
		await this.openNode(name);
		const words = await this.page.locator(OUTPUT).innerText();
		if (picture) await this.photograph(picture, this.page.locator(OUTPUT));
		await this.closeNode();
		return words;
	}

	parameter(name: string): Locator {
		return this.page.locator(field(`parameter-input-${name}`));
	}

	/** Chooses an option of a field in the open panel or dialog. */
	async choose(parameter: string, option: string): Promise<void> {
		await this.parameter(parameter).click();
		await this.page.getByRole('option', { name: option }).click();
	}

	/** The entries of a list to search in the open panel. */
	async openList(parameter: string): Promise<Locator> {
		await this.page
			.locator(field(`resource-locator-${parameter}`))
			.locator('input')
			.last()
			.click();
		const entries = this.page.locator(field('rlc-item'));
		await entries.first().waitFor();
		return entries;
	}

	/** Takes the picture of a scene, for docs/images where `UPDATE_SCREENSHOT` is set and the docs show it. */
	async photograph(name: string, of: Locator | Page = this.page): Promise<void> {
		const folder = process.env.UPDATE_SCREENSHOT && !name.startsWith('_') ? SHOWN_IN_DOCS : PICTURES;
		await mkdir(folder, { recursive: true });
		await this.page.locator('.el-notification').first().waitFor({ state: 'hidden' });
		const path = join(folder, `${name.replace(/^_/, '')}.png`);
		// The dots of the canvas are a third of a picture's bytes.
		await of.screenshot({ path, style: '.vue-flow__background { display: none }' });
	}
}

function endIn(message: string): string | undefined {
	if (!message.includes('executionFinished')) return undefined;
	const { type, data } = JSON.parse(message) as { type: string; data: { status: string } };
	return type === 'executionFinished' ? data.status : undefined;
}
