import type { Deal } from './deal';
import type { GeneratedDeals } from './generated-deals';

/** What the search's index holds of a deal. */
interface Indexed {
	/** Milliseconds since 1970. */
	modifiedAt: number;
	isThere: boolean;
}

interface Kept {
	deal: Deal;
	indexed: Indexed;
	/** What the index will hold from then on (of the clock that always runs, in milliseconds). */
	coming: { from: number; indexed: Indexed } | null;
}

/** What the search goes through: an id and a time, and nothing else held. */
export interface IndexRow extends Indexed {
	id: number;
}

/** A portal's deals: the generated ones, and over them those that were changed since or made. */
export class DealStore {
	private readonly kept = new Map<number, Kept>();
	private readonly made: number[] = [];

	constructor(
		private readonly generated: GeneratedDeals,
		/** In milliseconds, as `Clock.elapsed`. */
		private readonly elapsed: () => number,
	) {}

	get(id: number): Deal | undefined {
		const index = this.generated.indexOf(id);
		return this.kept.get(id)?.deal ?? (index === undefined ? undefined : this.generated.deal(index));
	}

	/** Changes a deal; the search's index learns of it so many milliseconds later. */
	change(id: number, indexingMs: number, change: (deal: Deal) => void): Deal {
		const deal = this.get(id);
		if (!deal) throw new Error(`There is no deal ${id}.`);
		const kept = this.kept.get(id) ?? { deal, indexed: indexedAs(deal), coming: null };
		kept.indexed = this.seen(kept);
		change(deal);
		kept.coming = { from: this.elapsed() + indexingMs, indexed: indexedAs(deal) };
		this.kept.set(id, kept);
		return deal;
	}

	/** A new deal, whose id is above all others. */
	add(deal: Omit<Deal, 'id'>, indexingMs: number): Deal {
		const made = { ...deal, id: this.nextId() };
		const indexed = { modifiedAt: deal.modifiedAt, isThere: false };
		const coming = { from: this.elapsed() + indexingMs, indexed: indexedAs(made) };
		this.kept.set(made.id, { deal: made, indexed, coming });
		this.made.push(made.id);
		return made;
	}

	/** The ids above one, ascending: of what is there, or of what is in the recycle bin. */
	*idsAfter(id: number, archived: boolean): Generator<number> {
		for (let index = this.firstIndexAfter(id); index < this.generated.count; index++) {
			const one = this.generated.idAt(index);
			if (this.isListed(one, archived)) yield one;
		}
		for (const one of this.made) if (one > id && this.isListed(one, archived)) yield one;
	}

	/** Every id there ever was. */
	*allIds(): Generator<number> {
		for (let index = 0; index < this.generated.count; index++) yield this.generated.idAt(index);
		yield* this.made;
	}

	/** What the search's index holds at the moment. */
	*index(): Generator<IndexRow> {
		for (let index = 0; index < this.generated.count; index++) {
			const id = this.generated.idAt(index);
			const kept = this.kept.get(id);
			if (kept) yield { id, ...this.seen(kept) };
			else yield { id, modifiedAt: this.generated.modifiedAt(index), isThere: true };
		}
		for (const id of this.made) yield { id, ...this.seen(this.kept.get(id)!) };
	}

	private seen({ indexed, coming }: Kept): Indexed {
		return coming && coming.from <= this.elapsed() ? coming.indexed : indexed;
	}

	private isListed(id: number, archived: boolean): boolean {
		const deal = this.kept.get(id)?.deal;
		if (!deal) return !archived;
		return deal.mergedInto === null && (deal.archivedAt !== null) === archived;
	}

	private firstIndexAfter(id: number): number {
		if (this.generated.count === 0 || id < this.generated.idAt(0)) return 0;
		const step = this.generated.count > 1 ? this.generated.idAt(1) - this.generated.idAt(0) : 1;
		return Math.floor((id - this.generated.idAt(0)) / step) + 1;
	}

	private nextId(): number {
		const last = this.made.at(-1) ?? this.generated.idAt(Math.max(0, this.generated.count - 1));
		return last + 3;
	}
}

function indexedAs({ modifiedAt, archivedAt, mergedInto }: Deal): Indexed {
	return { modifiedAt, isThere: archivedAt === null && mergedInto === null };
}
