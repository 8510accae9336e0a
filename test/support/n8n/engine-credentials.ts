import type { PackageDirectoryLoader } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeTypes,
} from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';

import type { StoredCredential } from './credentials';

/** n8n's credential store, cut down to plain data by id, with n8n's own rules on who may use a type. */
export function credentialsHelper(
	n8n: typeof N8nWorkflow,
	loader: PackageDirectoryLoader,
	stored: StoredCredential[],
): ICredentialsHelper {
	const typeOf = (name: string): ICredentialType => loader.getCredential(name).type;

	class StoredCredentials extends n8n.ICredentialsHelper {
		getParentTypes(name: string) {
			return typeOf(name).extends ?? [];
		}

		isCredentialUsableByNode(type: string, nodeType: string) {
			if (!typeOf(type).restrictToSupportedNodes) return true;
			// n8n's server lets a tool have what its node may have (copyCredentialSupport).
			const node = nodeType.replace(/^.*\./, '').replace(/Tool$/, '');
			return (loader.known.credentials[type]?.supportedNodes ?? []).includes(node);
		}

		async getDecrypted(_additionalData: unknown, details: INodeCredentialsDetails, type: string) {
			return resolve(n8n, typeOf(type), find(stored, details, type).data);
		}

		async updateCredentials(
			details: INodeCredentialsDetails,
			type: string,
			data: ICredentialDataDecryptedObject,
		) {
			find(stored, details, type).data = data;
		}

		async updateCredentialsOauthTokenData(
			details: INodeCredentialsDetails,
			type: string,
			data: ICredentialDataDecryptedObject,
		) {
			const credential = find(stored, details, type);
			credential.data = { ...credential.data, oauthTokenData: data.oauthTokenData ?? {} };
		}

		getCredentialsProperties(type: string) {
			return typeOf(type).properties;
		}

		async authenticate(_data: unknown, _type: string, request: object) {
			return request as IHttpRequestOptions;
		}

		async preAuthentication() {
			return undefined;
		}

		async runPreAuthentication() {
			return undefined;
		}

		async getCredentials(): Promise<never> {
			throw new Error('The encrypted form of a credential is not served here.');
		}
	}
	return new StoredCredentials();
}

function find(stored: StoredCredential[], details: INodeCredentialsDetails, type: string): StoredCredential {
	const credential = stored.find((candidate) => candidate.id === details.id && candidate.type === type);
	if (!credential) throw new Error(`Credential with ID "${details.id}" does not exist for type "${type}".`);
	return credential;
}

/** n8n takes these from the type alone where it hides them, whatever is stored (OAUTH_PINNED_FIELDS in n8n). */
const PINNED = ['authUrl', 'accessTokenUrl', 'grantType', 'authentication'];

/** What a node is given of a stored credential, as n8n's `applyDefaultsAndOverwrites` makes it. */
function resolve(
	n8n: typeof N8nWorkflow,
	{ properties }: ICredentialType,
	stored: ICredentialDataDecryptedObject,
): ICredentialDataDecryptedObject {
	const data = { ...stored };
	for (const { name, type } of properties) if (type === 'hidden' && PINNED.includes(name)) delete data[name];
	// What the types inherit from n8n's own OAuth2 API, which is not here: client id, client secret, token.
	const names = new Set(properties.map(({ name }) => name));
	const inherited = Object.fromEntries(Object.entries(data).filter(([name]) => !names.has(name)));
	const shown = n8n.NodeHelpers.getNodeParameters(
		properties,
		data as INodeParameters,
		true,
		false,
		null,
		null,
	);
	return evaluate(n8n, { ...inherited, ...shown } as ICredentialDataDecryptedObject);
}

function evaluate(
	n8n: typeof N8nWorkflow,
	data: ICredentialDataDecryptedObject,
): ICredentialDataDecryptedObject {
	const node = { id: '', name: '', typeVersion: 1, type: 'mock', position: [0, 0], parameters: {} } as INode;
	const nodeTypes = { getByNameAndVersion: () => ({ description: { properties: [] } }) };
	const workflow = new n8n.Workflow({
		...{ nodes: [node], connections: {}, active: false },
		nodeTypes: nodeTypes as unknown as INodeTypes,
	});
	return workflow.expression.getComplexParameterValue(
		node,
		data as INodeParameters,
		'manual',
		{},
		undefined,
		undefined,
		data,
	) as ICredentialDataDecryptedObject;
}
