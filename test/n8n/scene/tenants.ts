import { expect, it } from '@jest/globals';

import { PANELS } from './panels-workflow';
import type { Scene } from './set-scene';

/** Many tenants, synced and watched: F4, F5, F15 to F17, F29, F30, F34. */
export function playTenants(of: () => Scene): void {
	const editor = () => of().editor;
	const due = async () =>
		await of().stage.warehouse.admin.query(
			"update integrations set status = 'ACTIVE', last_sync_at = now() - interval '7 hours' where status <> 'DISABLED'",
		);

	it('syncs every tenant at a click, and Finish sums up in words, IDs nowhere first (F4, F15)', async () => {
		await of().scenario.connect('Harbour Group', 'harbour');
		await of().scenario.connect('Southern Group', 'southern');
		await editor().open('zixly-sync-xero');
		expect(await editor().execute()).toBe('success');
		await editor().photograph('sync-xero');
		const words = await editor().outputOf('Finish', '_finish-succeeded');
		expect(words).toMatch(/2 succeeded/);
		expect(words).toMatch(/tenant\s+provider\s+status\s+message\s+read/);
		expect(words).toMatch(/Harbour Group\s+Xero\s+Succeeded/);
	});

	it('puts out one kind of item for each output, without holes in the table (F16)', async () => {
		expect(await editor().outputOf('Postgres Upsert')).not.toContain('undefined');
	});

	it('says in Finish which of the connections failed, while the others are stored (F4)', async () => {
		await due();
		const fault = {
			kind: 'status',
			status: 400,
			count: 'always',
			path: '/Reports',
			consent: 'harbour',
		} as const;
		of().stage.sandbox.xero.faults.add(fault);
		await editor().open('zixly-sync-xero');
		expect(await editor().execute()).toBe('success');
		const words = await editor().outputOf('Finish', 'finish-one-failed');
		expect(words).toMatch(/1 succeeded.*1 failed|1 failed.*1 succeeded/s);
		expect(words).toContain('Harbour Group (Xero)');
		of().stage.sandbox.xero.faults.clear();
	});

	it('shows the state of every connection in words, and what needs attention (F15, F30)', async () => {
		await editor().open(PANELS);
		await editor().openNode('Get Health');
		expect(await editor().executeStep()).toBe('success');
		await editor().photograph('health');
		await editor().closeNode();
		const words = await editor().outputOf('Get Health');
		expect(words).toMatch(/tenant\s+provider\s+state/i);
		expect(words).not.toMatch(/needsPerson|ACTIVE|undefined/);
	});

	it('warns of nothing where nothing changed (F17)', async () => {
		await of().scenario.connect('Harbour Group', 'harbour', 'hubspot');
		await editor().open('zixly-sync-hubspot');
		for (let run = 0; run < 2; run++) {
			await due();
			expect(await editor().execute()).toBe('success');
			const words = await editor().outputOf('Finish');
			expect(words).toMatch(/1 succeeded/);
			expect(words).not.toMatch(/nothing came/i);
		}
	});

	it('says of a preview that nothing was stored (F29)', async () => {
		await editor().open('zixly-sync-hubspot');
		await editor().openNode('Extract');
		await editor().choose('mode', 'Preview');
		await editor().closeNode();
		await due();
		expect(await editor().execute()).toBe('success');
		expect(await editor().outputOf('Postgres Upsert')).toMatch(/Preview: \d+ rows shown, nothing stored/);
		expect(await editor().outputOf('Finish')).toMatch(/preview/i);
	});

	it('says why nothing came out (F30)', async () => {
		await editor().open(PANELS);
		await editor().openNode('Get Alerts');
		expect(await editor().executeStep()).toBe('success');
		await editor().closeNode();
		expect(await editor().outputOf('Get Alerts')).toMatch(/Nothing needs attention|Harbour Group/);
	});

	it('keeps no execution of a sync in n8n, and says where the history is instead (F5)', async () => {
		const { page } = editor();
		await editor().visit('/workflow/zixly-sync-xero/executions');
		await page
			.getByText(/No executions found|Nothing here yet/)
			.first()
			.waitFor();
		await editor().open('zixly-sync-xero');
		const note = await page
			.locator('[data-test-id="canvas-sticky-note-node"], [data-test-id="sticky"]')
			.allInnerTexts();
		expect(note.join()).toContain('Zixly History shows every run');
	});
}
