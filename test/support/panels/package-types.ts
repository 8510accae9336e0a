import type { ICredentialType, INodeType } from 'n8n-workflow';

import { ZixlyAsanaOAuth2Api } from '../../../credentials/ZixlyAsanaOAuth2Api.credentials';
import { ZixlyHubSpotOAuth2Api } from '../../../credentials/ZixlyHubSpotOAuth2Api.credentials';
import { ZixlyMyobOAuth2Api } from '../../../credentials/ZixlyMyobOAuth2Api.credentials';
import { ZixlyPipedriveOAuth2Api } from '../../../credentials/ZixlyPipedriveOAuth2Api.credentials';
import { ZixlyPostgresApi } from '../../../credentials/ZixlyPostgresApi.credentials';
import { ZixlyTokenKeyApi } from '../../../credentials/ZixlyTokenKeyApi.credentials';
import { ZixlyXeroOAuth2Api } from '../../../credentials/ZixlyXeroOAuth2Api.credentials';
import { Connect } from '../../../nodes/Connect/Connect.node';
import { Database } from '../../../nodes/Database/Database.node';
import { Extract } from '../../../nodes/Extract/Extract.node';
import { Integrations } from '../../../nodes/Integrations/Integrations.node';
import { PostgresUpsert } from '../../../nodes/PostgresUpsert/PostgresUpsert.node';
import { TransformNormalize } from '../../../nodes/TransformNormalize/TransformNormalize.node';

/** Every node of the package. A test compares the number with `package.json`. */
export const NODES: INodeType[] = [
	new Integrations(),
	new Extract(),
	new TransformNormalize(),
	new PostgresUpsert(),
	new Database(),
	new Connect(),
];

/** Every credential type of the package. */
export const CREDENTIALS: ICredentialType[] = [
	new ZixlyAsanaOAuth2Api(),
	new ZixlyHubSpotOAuth2Api(),
	new ZixlyMyobOAuth2Api(),
	new ZixlyPipedriveOAuth2Api(),
	new ZixlyPostgresApi(),
	new ZixlyTokenKeyApi(),
	new ZixlyXeroOAuth2Api(),
];
