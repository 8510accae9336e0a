import type { RateNeed } from '../../db/rates/read';
import type { Account } from '../shared/account';
import type { CanonicalTable, Unsourced } from '../shared/canonical-rows';
import type { Conversion } from '../shared/conversion';
import type { ClientReference, Deletion } from '../shared/messages';
import type { Remark } from '../shared/remarks';
import type { ColumnMap } from './manual/columns';
import type { DateFormat } from './manual/days';
import type { NumberFormat } from './manual/numbers';

/** What a section of a report counts as. */
export type SectionKind = 'income' | 'expense' | 'ignore';

/** What the operator chose, for all records alike. */
export interface NormaliseSettings {
	/** ISO 4217. */
	reportingCurrency: string;
	maxRateAgeDays: number;
	/** By the section's title as `sectionLabel` gives it. */
	sectionMap: ReadonlyMap<string, SectionKind>;
	/** What a deal's stage means where the provider does not say so, by the stage's id or its label in lower case. */
	stageMap: ReadonlyMap<string, StageStatus>;
	/** Whether a deal belongs to its account or to the company that it is about. */
	clientPer: 'account' | 'company';
	/** After how many days without activity an open deal is stale. */
	staleAfterDays: number;
	/** How many days of derived metrics are computed again, ending with today. */
	recomputeDays: number;
}

/** What a stage says about the deals that stand in it. */
export type StageStatus = 'active' | 'won' | 'lost';

/** A raw record and what is known about where it comes from. */
export interface RawRecord {
	recordId: string;
	stream: string;
	account: Account;
	syncRunId: string | null;
	/** When the provider gave it: a UTC instant, ISO 8601. */
	fetchedAt: string;
	record: unknown;
}

export interface CanonicalRow<Table extends CanonicalTable = CanonicalTable> {
	table: Table;
	client: ClientReference;
	row: Unsourced<Table>;
	/** The provider's modified time as an ISO 8601 instant in UTC, where it has one. */
	version?: string;
}

export interface Normalised {
	rows: CanonicalRow[];
	/** What is gone; after the rows. */
	deletions?: readonly Deletion[];
	/** Properties that the provider sent and that are not known here. */
	unknownProperties: readonly string[];
	/** What a person should know of the record although it was used. */
	remarks?: readonly Remark[];
}

/** How the cells of a file are to be read; a person says so, since nobody can tell. */
export interface UploadSettings {
	numberFormat: NumberFormat;
	dateFormat: DateFormat;
	columnMap: ColumnMap;
}

/** A raw record that did not come out of Extract: what it lacks is given by the node's parameters. */
export interface LooseRecord {
	record: Record<string, unknown>;
	/** Its place among the records that came with it, from 0. */
	index?: number;
	/** How a file is written. */
	upload?: UploadSettings;
	/** `YYYY-MM`, or empty. */
	period: string;
	/** When the workflow runs, ISO 8601. */
	now: string;
}

/** Turns the records of one stream of one provider into canonical rows. Pure: no clock, no database. */
export interface Normaliser {
	/** The rates that the record may need. Never throws: what is wrong with the record comes out later. */
	ratesNeeded(raw: RawRecord, settings: NormaliseSettings): RateNeed[];
	/** @throws Rejection where the record cannot be used; its rows pass or fail together */
	normalise(raw: RawRecord, settings: NormaliseSettings, conversion: Conversion): Normalised;
	/** Whether its rows grow stale by themselves: then every STATE of the stream asks for it. */
	ages?: boolean;
	/** Of the rows of a file: whether one holds nothing. Those are skipped, and a STATE with the counts ends the others. */
	isEmptyRow?(record: Record<string, unknown>): boolean;
	/** @throws Error where something is missing that the record needs, with the parameter to fill in */
	complete(loose: LooseRecord): Pick<RawRecord, 'recordId' | 'fetchedAt' | 'record'>;
}
