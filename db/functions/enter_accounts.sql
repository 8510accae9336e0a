-- Adds accounts that a connection is to read, or takes released ones back; with `enable` also enables disabled ones.
-- Returns for each whether another connection has it, but not which one.
create function etl.enter_accounts(for_tenant text, for_integration text, accounts jsonb, enable boolean)
returns table (account_id text, taken boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	of_provider text;
	wanted record;
begin
	select i.provider into of_provider
	from public.integrations i
	where i.id = for_integration and i.tenant_id = for_tenant;
	if of_provider is null then
		raise exception 'enter_accounts: the connection is not the tenant''s' using errcode = 'insufficient_privilege';
	end if;
	-- Sorted, so that two calls with the same accounts cannot deadlock.
	for wanted in
		select a.id, max(a.name) as name from jsonb_to_recordset(accounts) as a (id text, name text)
		group by a.id order by a.id
	loop
		begin
			insert into etl.accounts as own (integration_id, tenant_id, provider, account_id, name)
			values (for_integration, for_tenant, of_provider, wanted.id, wanted.name)
			on conflict (integration_id, account_id) do update
				set released_at = null, enabled = own.enabled or enter_accounts.enable
				where own.released_at is not null or (enter_accounts.enable and not own.enabled);
			taken := false;
		exception when unique_violation then
			taken := true;
		end;
		account_id := wanted.id;
		return next;
	end loop;
end
$$;
