-- Whether another connection of any tenant, or a consent that waits for its confirmation, stands on the same person or on
-- one of these accounts: revoking a consent at the provider could end it. Does not tell which connection.
create function etl.consent_is_shared(
	from_integration text, of_provider text, of_user text, account_ids text[]
)
returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select exists (
		select from public.integrations i
		where i.provider = of_provider and i.metadata ->> 'consentUser' = of_user and i.id <> from_integration
	) or exists (
		select from etl.accounts a
		where a.provider = of_provider and a.account_id = any (account_ids) and a.released_at is null
			and a.integration_id <> from_integration
	) or exists (
		select from etl.connect_states s
		where s.provider = of_provider and s.consented_at is not null and s.stored_at is null and s.expires_at > now()
			and (s.consent_user = of_user or exists (
				select from jsonb_array_elements(s.accounts) a where a ->> 'id' = any (account_ids)
			))
	)
$$;
