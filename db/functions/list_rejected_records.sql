create function etl.list_rejected_records(
	only_ids text[], only_tenant text, only_provider text, only_stream text, only_code text, only_stage text,
	is_resolved boolean, seen_since timestamptz, max_rows integer
)
returns table (
	id text, tenant_id text, tenant_name text, integration_id text, sync_run_id text, provider text, stream text,
	account_id text, record_id text, stage text, reason_code text, reason_path text, reason_message text,
	reason_detail jsonb, first_seen_at timestamptz, last_seen_at timestamptz, attempts integer, ask_again_at timestamptz,
	resolved_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, t.name, r.integration_id, r.sync_run_id, r.provider, r.stream,
		r.account_id, r.record_id, r.stage, r.reason_code, r.reason_path, r.reason_message,
		r.reason_detail, r.first_seen_at, r.last_seen_at, r.attempts, r.ask_again_at, r.resolved_at
	from etl.rejected_records r
	join public.tenants t on t.id = r.tenant_id
	where (only_ids is null or r.id = any (only_ids))
		and (only_tenant is null or r.tenant_id = only_tenant)
		and (only_provider is null or r.provider = only_provider)
		and (only_stream is null or r.stream = only_stream)
		and (only_code is null or r.reason_code = only_code)
		and (only_stage is null or r.stage = only_stage)
		and (is_resolved is null or (r.resolved_at is not null) = is_resolved)
		and (seen_since is null or r.last_seen_at >= seen_since)
	order by r.last_seen_at desc, r.id
	limit max_rows
$$;
