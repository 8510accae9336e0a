import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { IWorkflowBase } from 'n8n-workflow';

/** The checkout's root, and so the root of the built package. */
export const CHECKOUT = join(__dirname, '..', '..');

/**
 * Loads a module as n8n does, by `require`. The tests' own `import` may give a second copy of a package that has
 * both kinds (n8n-workflow), and what is set on one copy is unknown to the other.
 */
export const requireFromCheckout = createRequire(join(CHECKOUT, 'package.json'));

export type WorkflowFile = Pick<IWorkflowBase, 'id' | 'name' | 'nodes' | 'connections' | 'settings'>;

/** A bundled workflow, unedited. */
export function bundledWorkflow(id: string): WorkflowFile {
	return JSON.parse(readFileSync(join(CHECKOUT, 'workflows', `${id}.json`), 'utf8')) as WorkflowFile;
}
