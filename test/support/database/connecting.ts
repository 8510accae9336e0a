import { createTenant } from '../../../db/integrations/tenants';
import { confirmConsent, type Confirmed } from '../../../db/integrations/connect/confirm';
import { keepConsent, type Consent } from '../../../db/integrations/connect/consents';
import { bindLink, createLink, findLink, type ConnectLink } from '../../../db/integrations/connect/links';
import { hashSecret } from '../../../db/integrations/connect/secrets';
import { consumeState, openState } from '../../../db/integrations/connect/states';
import type { AccountEntry } from '../../../db/integrations/accounts';
import { generateKey, keyRing, type KeyRing } from '../../../db/vault/key-ring';
import type { TestDatabase } from './database';

export const REDIRECT_URI = 'https://n8n.example/webhook/zixly-connect/callback/xero';

/** The hash of a browser's secret. */
export const browser = (name: string): string => hashSecret(`made-up-browser-${name}`);

export function newRing(): KeyRing {
	const { id, key } = generateKey();
	return keyRing({ activeKeyId: id, activeKey: key });
}

export const account = (id: string, name: string | null = `Name of ${id}`): AccountEntry => ({ id, name });

/** A consent with tokens that look made up, told apart by `name`. */
export function consentOf(name: string, extra: Partial<Consent> = {}): Consent {
	return {
		tokens: {
			accessToken: `made-up-access-${name}`,
			refreshToken: `made-up-refresh-${name}`,
			expiresAt: new Date('2030-01-01T00:00:00Z'),
			scopes: ['offline_access'],
		},
		metadata: {},
		user: `person-${name}`,
		...extra,
	};
}

/** A link that tests go on with. */
export interface LinkOptions {
	tenantId: string;
	provider?: string;
	purpose?: 'connect' | 'reconnect' | 'manage';
	replacesAccount?: boolean;
}

/** The steps of the connect flow, as the pages take them. */
export class Connecting {
	readonly ring = newRing();

	constructor(readonly database: TestDatabase) {}

	async tenant(name: string): Promise<string> {
		return (await createTenant(this.database.pool, { name })).id;
	}

	/** A new link that `browserHash` has continued with. */
	async link(options: LinkOptions, browserHash = browser('own')): Promise<ConnectLink> {
		const { pool } = this.database;
		const { provider = 'xero', purpose = 'connect' } = options;
		const created = await createLink(pool, { ...options, provider, purpose, lifetimeMinutes: 60 });
		await bindLink(pool, created.linkId, browserHash);
		return (await findLink(pool, { linkId: created.linkId }))!;
	}

	/** The plain state that goes to the provider. */
	async state(link: ConnectLink, browserHash = browser('own')): Promise<string> {
		const opened = await openState(this.database.pool, this.ring, {
			...{ link, browserHash, redirectUri: REDIRECT_URI, verifier: 'made-up-verifier' },
		});
		return opened!.state;
	}

	/** A consent that waits for its confirmation; gives the state's id. */
	async consent(
		link: ConnectLink,
		offered: readonly AccountEntry[],
		consent = consentOf('first'),
		browserHash = browser('own'),
	): Promise<string> {
		const { pool } = this.database;
		const state = await this.state(link, browserHash);
		const { provider } = link;
		const consumed = await consumeState(pool, this.ring, {
			...{ state, browserHash, provider, redirectUri: REDIRECT_URI },
		});
		await keepConsent(pool, this.ring, consumed!.stateId, consumed!.tenantId, consent, offered);
		return consumed!.stateId;
	}

	async confirm(stateId: string, accountIds: readonly string[], options: object = {}): Promise<Confirmed> {
		return await confirmConsent(this.database.pool, this.ring, {
			...{ stateId, accountIds, browserHash: browser('own'), needsApproval: false },
			...options,
		});
	}

	/** All steps, with every account that is offered chosen. */
	async connect(
		options: LinkOptions,
		offered: readonly AccountEntry[],
		consent = consentOf('first'),
	): Promise<Confirmed> {
		const stateId = await this.consent(await this.link(options), offered, consent);
		return await this.confirm(
			stateId,
			offered.map(({ id }) => id),
		);
	}
}
