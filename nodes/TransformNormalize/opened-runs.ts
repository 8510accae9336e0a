import type { IExecuteFunctions } from 'n8n-workflow';
import type { Pool } from 'pg';

import { openRun, UnknownTenantError, type RunHolder } from '../../db/runs/open';
import { finishRun } from '../../db/runs/finish';
import { withoutSecrets } from '../shared/secrets';
import { Rejection } from '../shared/rejection';
import { explain } from '../adapter/errors';
import { buildRunHolder } from '../adapter/execution';
import type { OwnIncoming } from './incoming';
import type { Envelope } from '../shared/messages';

/** The runs that this node opens for plain items: one per tenant. */
export class OpenedRuns {
	/** Run ids by tenant, or the error if the tenant does not exist. */
	private readonly runs = new Map<string, string | UnknownTenantError>();
	private readonly holder: RunHolder;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly pool: Pool,
	) {
		this.holder = buildRunHolder(context);
	}

	/** Assigns each item its tenant's run; items of unknown tenants are rejected. */
	async place(
		incoming: readonly OwnIncoming[],
		reject: (item: number, error: Error) => void,
	): Promise<OwnIncoming[]> {
		const placed: OwnIncoming[] = [];
		for (const one of incoming) {
			const envelope = getEnvelope(one);
			// Awaits only what is not there yet: awaiting costs more than normalising a record.
			const run = this.runs.get(envelope.tenantId) ?? (await this.open(envelope));
			if (typeof run === 'string') placed.push(ofRun(one, run));
			else reject(one.item, run);
		}
		return placed;
	}

	/** Closes all runs as failed, so that none waits for its lease to end. Never rejects. */
	async fail(cause: unknown): Promise<void> {
		const error = { class: 'internal', message: withoutSecrets(explain(cause as Error).message) };
		for (const [tenantId, syncRunId] of this.runs) {
			if (typeof syncRunId !== 'string') continue;
			await finishRun(this.pool, { tenantId, syncRunId, status: 'failed', error }).catch((unclosed: Error) =>
				this.context.logger.warn(`Run ${syncRunId} could not be closed: ${withoutSecrets(unclosed.message)}`),
			);
		}
	}

	private async open({ tenantId, provider }: Envelope): Promise<string | UnknownTenantError> {
		const run = await openRun(this.pool, { tenantId, provider }, this.holder).catch((error: unknown) => {
			if (error instanceof UnknownTenantError) return error;
			throw error;
		});
		this.runs.set(tenantId, run);
		return run;
	}
}

const getEnvelope = (one: OwnIncoming): Envelope => (one.kind === 'record' ? one.envelope : one.message);

function ofRun(one: OwnIncoming, syncRunId: string): OwnIncoming {
	if (one.kind === 'state') return { ...one, message: { ...one.message, syncRunId } };
	const { envelope, raw } = one;
	return {
		...one,
		envelope: { ...envelope, syncRunId },
		raw: raw instanceof Rejection ? raw : { ...raw, syncRunId },
	};
}
