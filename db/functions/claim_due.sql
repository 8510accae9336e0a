-- Opens a run for each due integration: never synced, last success older than `sync_every`, or its retry time reached.
create function etl.claim_due(
	for_provider text, run_ids text[], sync_every interval, lease interval,
	execution_id text, workflow_id text, mode text, only_integration text, run_now boolean, authentication text
)
returns table (
	sync_run_id text, tenant_id text, tenant_name text, integration_id text, provider text,
	metadata jsonb, last_sync_at timestamptz, lease_until timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if authentication is null or authentication not in ('stored', 'n8n') then
		raise exception 'claim_due: authentication is % but must be stored or n8n', coalesce(authentication, 'null')
			using errcode = 'invalid_parameter_value';
	end if;

	perform etl.abandon_runs();
	perform etl.take_over_runs(
		array(
			select i.id
			from public.integrations i
			where i.provider = for_provider
				and (only_integration is null or i.id = only_integration)
				and (i.metadata ->> 'authentication' is not distinct from 'n8n') = (authentication = 'n8n')
		),
		execution_id, workflow_id, mode, lease
	);

	return query
	with due as (
		select i.id, i.tenant_id, i.last_sync_at, latest.retry_at is not null as again,
			coalesce(latest.retry_at, i.last_sync_at) as since
		from public.integrations i
		left join lateral (
			select r.retry_at
			from etl.sync_runs r
			where r.integration_id = i.id
			order by r.started_at desc, r.id desc
			limit 1
		) latest on true
		where i.provider = for_provider
			and i.status = 'ACTIVE'
			and (only_integration is null or i.id = only_integration)
			and (i.metadata ->> 'authentication' is not distinct from 'n8n') = (authentication = 'n8n')
			and not exists (select from etl.paused_tenants paused where paused.tenant_id = i.tenant_id)
			and not exists (
				select from etl.sync_runs live where live.integration_id = i.id and live.status = 'running'
			)
			and (
				coalesce(run_now, false)
				or latest.retry_at <= now()
				or (latest.retry_at is null and (i.last_sync_at is null or i.last_sync_at <= now() - sync_every))
			)
	),
	places as (
		-- Retries and regularly due integrations alternate, retries first: many retries alone would starve the others.
		select due.*, row_number() over (partition by due.again order by due.since nulls first, due.id) as place
		from due
	),
	-- Not the stronger `for update`: that would skip an integration that a concurrent insert merely references.
	locked as (
		select i.id, i.tenant_id, i.provider, i.metadata, i.last_sync_at, places.place, places.again
		from public.integrations i
		join places on places.id = i.id
		-- Checked again on the locked row: another claimer may have synced it in the meantime.
		where i.status = 'ACTIVE' and i.last_sync_at is not distinct from places.last_sync_at
		order by places.place, places.again desc
		limit coalesce(cardinality(run_ids), 0)
		for no key update of i skip locked
	),
	numbered as (
		select locked.*, row_number() over (order by locked.place, locked.again desc) as position
		from locked
	),
	claimed as (
		insert into etl.sync_runs (
			id, tenant_id, integration_id, provider, lease_until, execution_id, workflow_id, mode
		)
		select run_ids[numbered.position], numbered.tenant_id, numbered.id, numbered.provider,
			now() + lease, claim_due.execution_id, claim_due.workflow_id, claim_due.mode
		from numbered
		on conflict (integration_id) where status = 'running' do nothing
		returning id, integration_id, lease_until
	)
	select claimed.id, numbered.tenant_id, t.name, numbered.id, numbered.provider,
		numbered.metadata, numbered.last_sync_at, claimed.lease_until
	from claimed
	join numbered on numbered.id = claimed.integration_id
	join public.tenants t on t.id = numbered.tenant_id
	order by numbered.position;
end
$$;
