import 'reflect-metadata';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { HttpClient } from '../../../nodes/engine/contract/http';
import { createHttpClient } from '../../../nodes/adapter/http';

type Helpers = (workflow: object, node: object, additionalData: object) => IExecuteFunctions['helpers'];

/** The engine's HTTP client over n8n's own HTTP helper, as the nodes have it. */
export async function n8nHttpClient(): Promise<HttpClient> {
	const path = 'n8n-core/dist/execution-engine/node-execution-context/utils/request-helper-functions.js';
	const { getRequestHelperFunctions } = (await import(path)) as { getRequestHelperFunctions: Helpers };
	const node = { name: 'Zixly Extract', type: 'zixlyExtract', typeVersion: 1 };
	const helpers = getRequestHelperFunctions({ id: 'attack', settings: {} }, node, {});
	return createHttpClient({ helpers } as IExecuteFunctions);
}
