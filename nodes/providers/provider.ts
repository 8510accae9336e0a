import type { RateNeed } from '../../db/rates/read';
import type { ProviderDefinition } from '../engine/contract/provider';
import type { Account } from '../shared/account';
import type { CanonicalTable, Unsourced } from '../shared/canonical-rows';
import type { Conversion } from '../shared/conversion';
import type { ClientReference, Deletion } from '../shared/messages';
import type { Remark } from '../shared/remarks';
import type { ColumnMap } from './manual/columns';
import type { DateFormat } from './manual/days';
import type { NumberFormat } from './manual/numbers';

/** What a provider's folder exports to the registry: how to read the provider, and how to normalise its streams. */
export interface Provider {
	definition: ProviderDefinition;
	/** By stream key; one for each stream of the definition. */
	streams: Readonly<Record<string, ProviderStream>>;
}

export interface ProviderStream {
	/** Shown to people who choose a stream. */
	displayName: string;
	/** What is read, as shown to the tenant before it gives consent. Plain words, without a full stop. */
	disclosure: string;
	/** Describes a raw record that does not come from Extract. */
	rawRecord: string;
	normaliser: Normaliser;
}

/** What a section of a report counts as. */
export type SectionKind = 'income' | 'expense' | 'ignore';

/** The operator's settings, the same for all records. */
export interface NormaliseSettings {
	/** ISO 4217. */
	reportingCurrency: string;
	maxRateAgeDays: number;
	/** Keyed by the section's title as returned by `sectionLabel`. */
	sectionMap: ReadonlyMap<string, SectionKind>;
	/** The status of a stage that the provider does not state, keyed by the stage's id or label in lower case. */
	stageMap: ReadonlyMap<string, StageStatus>;
	/** Whether a deal's client is its account or the company on the deal. */
	clientPer: 'account' | 'company';
	/** Days without activity after which an open deal is stale. */
	staleAfterDays: number;
	/** How many days of derived metrics are recomputed, ending with today. */
	recomputeDays: number;
}

/** The status of the deals in a stage. */
export type StageStatus = 'active' | 'won' | 'lost';

/** A raw record with its origin. */
export interface RawRecord {
	recordId: string;
	stream: string;
	account: Account;
	syncRunId: string | null;
	/** When it was fetched from the provider: a UTC instant, ISO 8601. */
	fetchedAt: string;
	record: unknown;
}

export interface CanonicalRow<Table extends CanonicalTable = CanonicalTable> {
	table: Table;
	client: ClientReference;
	row: Unsourced<Table>;
	/** The provider's modified time as an ISO 8601 instant in UTC, if it has one. */
	version?: string;
}

export interface Normalised {
	rows: CanonicalRow[];
	/** Applied after the rows. */
	deletions?: readonly Deletion[];
	/** Properties that the provider sent and this package does not know. */
	unknownProperties: readonly string[];
	/** What a person should know about the record although it was normalised. */
	remarks?: readonly Remark[];
}

/** How to read the cells of a file. A person chooses, because a file does not say. */
export interface UploadSettings {
	numberFormat: NumberFormat;
	dateFormat: DateFormat;
	columnMap: ColumnMap;
}

/** A raw record that does not come from Extract. The node's parameters provide what it lacks. */
export interface LooseRecord {
	record: Record<string, unknown>;
	/** Its index in the input, from 0. */
	index?: number;
	/** The formats of the file that it comes from. */
	upload?: UploadSettings;
	/** The month, `YYYY-MM`, or empty. */
	period: string;
	/** The current time, ISO 8601. */
	now: string;
}

/** Turns the records of one stream into canonical rows. Pure: no clock, no database. */
export interface Normaliser {
	/** The exchange rates that the record may need. Never throws: `normalise` reports what is wrong with the record. */
	ratesNeeded(raw: RawRecord, settings: NormaliseSettings): RateNeed[];
	/** @throws Rejection if the record cannot be normalised; its rows are accepted or rejected together */
	normalise(raw: RawRecord, settings: NormaliseSettings, conversion: Conversion): Normalised;
	/** Whether its rows become stale as time passes: then every STATE of the stream asks for that update. */
	ages?: boolean;
	/** For rows of a file: whether a row is empty. Empty rows are skipped, and a STATE with the counts ends the file. */
	isEmptyRow?(record: Record<string, unknown>): boolean;
	/** Completes a raw record. @throws Error if it lacks something, naming the parameter to fill in */
	complete(loose: LooseRecord): Pick<RawRecord, 'recordId' | 'fetchedAt' | 'record'>;
}
