/** Deal properties to request. HubSpot returns few by default, and ignores unknown names. */
export const DEAL_PROPERTIES = [
	'dealname',
	'amount',
	'deal_currency_code',
	'hs_exchange_rate',
	'pipeline',
	'dealstage',
	'closedate',
	'createdate',
	'hs_lastmodifieddate',
	'hs_object_id',
	'hs_is_closed',
	'hs_is_closed_won',
	'hs_is_closed_lost',
	'hs_v2_date_entered_current_stage',
	'notes_last_updated',
	'closed_lost_reason',
	'hs_primary_associated_company',
	'hs_merged_object_ids',
] as const;

export type DealProperty = (typeof DEAL_PROPERTIES)[number];

/** Deal properties to request with all their past values. */
export const HISTORY_PROPERTIES = ['dealstage', 'hs_merged_object_ids'] as const;

/** Deal properties to request in lists and searches: enough to decide whether a deal must be read. */
export const SUMMARY_PROPERTIES = ['hs_lastmodifieddate', 'closedate', 'hs_is_closed'] as const;
