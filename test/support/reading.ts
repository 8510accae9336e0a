import type { ApiRequest, ProviderDefinition, StreamBooks } from '../../nodes/engine/definition';
import { ReadFailure } from '../../nodes/engine/failure';
import type { HttpReply } from '../../nodes/engine/http';
import { ruleFor, UNREADABLE } from '../../nodes/engine/respond';

const nothing = async (): Promise<never[]> => await Promise.resolve([]);

/** Nothing is known yet. */
export const emptyBooks: StreamBooks = {
	deletedLeads: nothing,
	liveLeads: nothing,
	knownStages: nothing,
	unreadableRecords: nothing,
};

/** The parts of a reading's context that most tests have no interest in. */
export const quietReading = {
	isSync: true,
	metadata: {},
	books: emptyBooks,
	describeAccount: async (): Promise<undefined> => await Promise.resolve(undefined),
	settled: (): void => undefined,
	warn: (): void => undefined,
	progress: (): void => undefined,
};

/** The failure that the engine makes of a reply which it has tried to get often enough. */
export function failureFor(
	{ displayName: provider, rules }: ProviderDefinition,
	{ path, what, account }: ApiRequest,
	reply: HttpReply,
): ReadFailure {
	const rule = ruleFor(rules, path, reply) ?? UNREADABLE;
	const place = { provider, what, account: account?.name ?? '', status: reply.status, detail: '' };
	const failed = { ...place, ofEveryCall: rule.ofEveryCall === true };
	return new ReadFailure(rule.class, rule.message(place), undefined, failed);
}
