import type { Account } from '../shared/account';
import type { ClientReference } from '../shared/messages';

/**
 * The client that represents an account. In messages, an account without a known name has its id as the name: then the
 * client keeps the name that is stored.
 */
export function accountClient({ id, name }: Account): ClientReference {
	const known = name.trim();
	return { externalId: id, clientName: known === '' || known === id ? null : name, industry: null };
}
