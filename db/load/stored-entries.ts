/**
 * The stored entries of the lead `i` (`lead_id`, `source_system`, `account_id`), of any client, with their `version`, a
 * text that sorts as its instant. Lateral and with an offset, to force a lookup by the lead's id: the planner would
 * otherwise read and hash a whole tenant's entries for every chunk.
 */
export const STORED_ENTRIES = `lateral (
	select t.*, (t.metadata -> '_src' ->> 'version') collate "C" as version
	from public.lead_events t
	where t.lead_id = i.lead_id and t.source_system = i.source_system
		and t.metadata -> '_src' ->> 'accountId' = i.account_id
	offset 0
)`;
