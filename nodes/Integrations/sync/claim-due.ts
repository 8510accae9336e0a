import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { dueOverview } from '../../../db/runs/due-overview';
import { warnOfLoginRights } from '../../../db/schema/login-rights';
import { claimDue, type ClaimOptions } from '../../../db/runs/claim';
import { providers } from '../../providers/registry';
import { readAuthentication } from '../../adapter/authentication';
import { getDatabase } from '../../adapter/database';
import { buildRunHolder } from '../../adapter/execution';
import { addHint, showWarnings } from '../../adapter/hints';
import { readLimit } from '../../adapter/limit';
import { pairItem } from '../../adapter/items';
import { explainNothingDue } from './nothing-due';

interface ClaimFields {
	syncEvery?: number;
}

/** An execution holds all that it claims until it ends. */
const MAX_CLAIMED = 10_000;

/** Opens a run for every connection that is due, one item each. Without items it hints at the reason. */
export async function claimDueRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const options = context.getNodeParameter('options', 0, {}) as ClaimFields;
	const integrationId = context.getNodeParameter('integrationId', 0, '', { extractValue: true }) as string;
	const authentication = readAuthentication(context, 0);
	if (authentication === 'n8n' && !integrationId) throw noConnection();
	const pool = await getDatabase(context);
	const claim: ClaimOptions = {
		provider: context.getNodeParameter('provider', 0) as string,
		authentication,
		integrationId: integrationId || undefined,
		limit: readLimit(context, 0, MAX_CLAIMED),
		syncEveryHours: options.syncEvery ?? 6,
		holder: buildRunHolder(context),
		runNow: isStartedByHand(context),
	};
	const runs = await claimDue(pool, claim);
	if (runs.length === 0) await hintWhy(context, pool, claim);
	// By schedule nobody sees hints, so that the question would cost a round trip for nothing.
	if (claim.runNow) showWarnings(context, await warnOfLoginRights(pool));
	return runs.map((run) => pairItem(run, 0));
}

async function hintWhy(context: IExecuteFunctions, pool: Pool, claim: ClaimOptions): Promise<void> {
	const { authentication, integrationId } = claim;
	const provider = providers[claim.provider]?.displayName ?? claim.provider;
	const one = integrationId !== undefined;
	const asked = { provider, authentication, one, instanceId: context.getInstanceId() };
	const message = explainNothingDue(await dueOverview(pool, claim), asked);
	addHint(context, { message, type: 'info' });
}

// A credential holds one consent: used for another tenant's connection, its data would be stored for the wrong tenant.
const noConnection = (): ExplainedError =>
	new ExplainedError(
		'No connection is chosen.',
		'An n8n credential belongs to one connection: choose it in the field Connection, or create it with Connection: Create.',
	);

/** A sync started by hand runs even if it is not due yet. */
function isStartedByHand(context: IExecuteFunctions): boolean {
	const mode: string = context.getMode();
	return mode === 'manual' || mode === 'cli';
}
