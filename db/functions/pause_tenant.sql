-- Pauses or resumes a tenant; doing so again changes nothing. A run that is open goes on to its end: only `claim_due` looks
-- at the pause. No row: there is no such tenant.
create function etl.pause_tenant(for_tenant text, pause boolean)
returns table (
	id text, tenant_name text, tenant_industry text, created_at timestamptz, paused_at timestamptz,
	changed boolean, running_syncs bigint
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	is_changed boolean;
begin
	if pause then
		insert into etl.paused_tenants (tenant_id)
		select t.id from public.tenants t where t.id = for_tenant
		on conflict (tenant_id) do nothing;
	else
		delete from etl.paused_tenants p where p.tenant_id = for_tenant;
	end if;
	is_changed := found;
	return query
	select t.id, t.name, t.industry, t.created_at, p.paused_at, is_changed,
		(select count(*) from etl.sync_runs r
		where r.tenant_id = t.id and r.status = 'running' and r.integration_id is not null)
	from public.tenants t
	left join etl.paused_tenants p on p.tenant_id = t.id
	where t.id = for_tenant;
end
$$;
