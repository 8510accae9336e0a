import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import type { ConsentParts } from '../../engine/connect/consent-api';
import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Log } from '../../engine/contract/ports';
import type { ConnectSettings } from './settings';

/** What the pages work with. */
export interface Services {
	settings: ConnectSettings;
	pool: Pool;
	ring: KeyRing;
	log: Log;
	/** How to reach a provider; undefined if the node has no credential for it. */
	openProvider(definition: ProviderDefinition): Promise<ConsentParts | undefined>;
	/** Tells the outbox that there may be an event. */
	poke(): void;
}
