import { normaliserOf } from '../providers/normalisers';
import type { Envelope } from '../shared/messages';
import type { Incoming } from './incoming';

/** How many rows of a tenant's file came, and where the last of them stands. */
interface End {
	item: number;
	envelope: Envelope;
	extracted: number;
	skipped: number;
}

/** The STATEs that end the rows of files: nothing else says how many there were, nor which is the best of one key. */
export function endsOfFiles(incoming: readonly Incoming[]): Incoming[] {
	const ends = new Map<string, End>();
	for (const one of incoming) {
		if (one.kind !== 'record') continue;
		const { item, envelope } = one;
		if (!normaliserOf(envelope.provider, envelope.stream)?.isEmptyRow || envelope.syncRunId) continue;
		const end = ends.get(envelope.tenantId) ?? { item, envelope, extracted: 0, skipped: 0 };
		end.extracted++;
		if (one.skipped) end.skipped++;
		ends.set(envelope.tenantId, Object.assign(end, { item }));
	}
	return [...ends.values()].map(({ item, envelope, ...counts }) => ({
		kind: 'state',
		item,
		message: { type: 'STATE', ...envelope, state: null, hasMore: false, counts },
	}));
}
