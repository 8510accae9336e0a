-- The reasons of the rejected records that match, the most frequent first, each with the latest of its messages.
create function etl.list_rejected_reasons(
	only_tenant text, only_provider text, only_stream text, only_stage text, is_resolved boolean
)
returns table (code text, records bigint, message text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.reason_code, count(*), (array_agg(r.reason_message order by r.last_seen_at desc, r.id))[1]
	from etl.rejected_records r
	where (only_tenant is null or r.tenant_id = only_tenant)
		and (only_provider is null or r.provider = only_provider)
		and (only_stream is null or r.stream = only_stream)
		and (only_stage is null or r.stage = only_stage)
		and (is_resolved is null or (r.resolved_at is not null) = is_resolved)
	group by r.reason_code
	order by count(*) desc, r.reason_code
$$;
