import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';
import { expectFile } from '../../support/expect/file-snapshot';
import { CREDENTIALS, NODES } from '../../support/panels/package-types';
import { renderPanels } from '../../support/panels/render';

// After a change of a text: npx jest test/unit/panels/page.test.ts -u
it('is what docs/panels.md shows: a changed text is seen in review', () => {
	expectFile(join(CHECKOUT, 'docs', 'panels.md'), renderPanels(NODES, CREDENTIALS));
});

it('the page has every node and every credential of the package', () => {
	const manifest = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	expect(NODES).toHaveLength(manifest.n8n.nodes.length);
	expect(CREDENTIALS).toHaveLength(manifest.n8n.credentials.length);
});
