import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Provider } from '../provider';
import { asanaAccounts } from './accounts';
import { projects } from './normalise-projects';
import { FULL_PERMISSIONS, projectsStream } from './projects-stream';
import { asanaRules } from './rules';

const definition: ProviderDefinition = {
	key: 'asana',
	displayName: 'Asana',
	accountWord: 'workspace',
	statusPage: 'status.asana.com',
	credential: 'zixlyAsanaOAuth2Api',
	domains: ['asana.com'],
	apiBaseUrl: 'https://app.asana.com',
	oauth: {
		authUrl: 'https://app.asana.com/-/oauth_authorize',
		accessTokenUrl: 'https://app.asana.com/-/oauth_token',
		clientAuthentication: 'body',
		pkce: 'S256',
		revokePath: 'oauth_revoke',
		signOutUrl: 'https://app.asana.com/-/logout',
		removal: 'Settings > Apps > Manage apps',
		identify: ({ data }) => {
			const { gid } = (data ?? {}) as { gid?: unknown };
			return typeof gid === 'string' || typeof gid === 'number' ? String(gid) : undefined;
		},
	},
	fixedToken: { name: 'personal access token' },
	baseScopes: [{ scope: 'workspaces:read', includedIn: FULL_PERMISSIONS }],
	limits: {
		// Per token, for all workspaces that it reaches.
		scope: 'connection',
		// The free plan allows 150 per minute, and no reply tells the plan. Asana checks more often than once a minute.
		windows: [{ calls: 60, seconds: 30 }],
		// Asana allows 50.
		concurrent: 4,
	},
	headers: { accept: 'application/json' },
	redact: [
		...['email', 'photo', 'notes', 'html_notes', 'assignee', 'followers', 'members', 'owner'],
		...['completed_by', 'created_by', 'text_value', 'people_value'],
	],
	rules: asanaRules,
	accounts: asanaAccounts,
	streams: [projectsStream],
};

export const asana: Provider = {
	definition,
	streams: {
		projects: {
			displayName: 'Projects',
			disclosure: 'Projects: name and dates, and of their tasks the dates and whether they are done',
			rawRecord: 'A project with its fields, and its tasks in "tasks", as the API gives them',
			normaliser: projects,
		},
	},
};
