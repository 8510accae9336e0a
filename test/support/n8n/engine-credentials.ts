import type { PackageDirectoryLoader } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IHttpRequestOptions,
	INodeCredentialsDetails,
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
			return { ...defaultsOf(typeOf(type)), ...find(stored, details, type).data };
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

function defaultsOf(type: ICredentialType): ICredentialDataDecryptedObject {
	return Object.fromEntries(
		type.properties.map(({ name, default: value }) => [name, value]),
	) as ICredentialDataDecryptedObject;
}
