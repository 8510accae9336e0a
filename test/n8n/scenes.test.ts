import { afterAll, beforeAll, describe } from '@jest/globals';

import { browser } from './editor';
import { playOwnAccount } from './scene/own-account';
import { playPanels } from './scene/panels';
import { setScene, type Scene } from './scene/set-scene';
import { playTenants } from './scene/tenants';

/**
 * What a person sees in n8n's editor, by clicks in one n8n from an empty database on: each part goes on from what the one
 * before left. The numbers are those of the findings that the scenes are about. `UPDATE_SCREENSHOT=1` takes the pictures of
 * docs/images again.
 */
(browser ? describe : describe.skip)('in the editor of a real n8n', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await setScene();
	});
	afterAll(async () => {
		await scene?.close();
	});

	describe('an account of one’s own', () => playOwnAccount(() => scene));
	describe('many tenants', () => playTenants(() => scene));
	describe('the panels', () => playPanels(() => scene));
});
