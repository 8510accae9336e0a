-- Releases all accounts of a connection, or some, which are also disabled so that nothing takes them back.
create function etl.release_accounts(for_tenant text, for_integration text, only_accounts text[])
returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with released as (
		update etl.accounts a
		set released_at = now(), enabled = a.enabled and only_accounts is null
		where a.integration_id = for_integration and a.tenant_id = for_tenant and a.released_at is null
			and (only_accounts is null or a.account_id = any (only_accounts))
		returning 1
	)
	select count(*) from released
$$;
