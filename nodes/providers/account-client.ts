import type { Account } from '../shared/account';
import type { ClientReference } from '../shared/messages';

/**
 * The client that an account is. Where the provider did not say what it is called, its id stands in for its name in
 * messages: the client then keeps the name it has.
 */
export function accountClient({ id, name }: Account): ClientReference {
	const known = name.trim();
	return { externalId: id, clientName: known === '' || known === id ? null : name, industry: null };
}
