import type { ProviderDefinition } from '../../../nodes/engine/contract/provider';
import type { StreamStore } from '../../../nodes/engine/contract/stream';
import type { ApiRequest } from '../../../nodes/engine/contract/api';
import { ReadFailure } from '../../../nodes/engine/contract/failure';
import type { HttpReply } from '../../../nodes/engine/contract/http';
import { findRule, UNREADABLE } from '../../../nodes/engine/http/response-rules';

const nothing = async (): Promise<never[]> => await Promise.resolve([]);

/** Nothing is known yet. */
export const emptyStore: StreamStore = {
	deletedLeads: nothing,
	liveLeads: nothing,
	knownStages: nothing,
	unreadableRecords: nothing,
};

/** The parts of a reading's context that most tests have no interest in. */
export const quietReading = {
	isSync: true,
	metadata: {},
	store: emptyStore,
	describeAccount: async (): Promise<undefined> => await Promise.resolve(undefined),
	settled: (): void => undefined,
	warn: (): void => undefined,
	progress: (): void => undefined,
};

/** The failure that the engine makes of a reply which it has tried to get often enough. */
export function failureFor(
	{ displayName: provider, rules }: ProviderDefinition,
	{ path, description, account }: ApiRequest,
	reply: HttpReply,
): ReadFailure {
	const rule = findRule(rules, path, reply) ?? UNREADABLE;
	const place = {
		provider,
		description,
		account: account?.name ?? '',
		status: reply.status,
		detail: '',
	};
	const failed = { ...place, ofEveryCall: rule.ofEveryCall === true };
	return new ReadFailure(rule.class, rule.message(place), '', undefined, failed);
}
