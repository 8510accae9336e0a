/**
 * The stored entries of the lead `i` (`lead_id`, `source_system`, `account_id`), of whichever client, with their
 * `version`: a text that compares as the instant it is. Lateral and with an offset, so that they are looked up by the
 * lead's id: the planner would read and hash a whole tenant's entries for every chunk.
 */
export const STORED_ENTRIES = `lateral (
	select t.*, (t.metadata -> '_src' ->> 'version') collate "C" as version
	from public.lead_events t
	where t.lead_id = i.lead_id and t.source_system = i.source_system
		and t.metadata -> '_src' ->> 'accountId' = i.account_id
	offset 0
)`;
