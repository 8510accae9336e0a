-- Binds a login to the tenant that it may read. Fails for a login that may do anything else.
create function etl.add_reader(login text, for_tenant text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	role pg_catalog.pg_roles;
begin
	select * into role from pg_catalog.pg_roles where rolname = login;
	if not found then
		raise exception 'There is no login "%".', login using errcode = 'undefined_object';
	end if;
	if not exists (select from public.tenants where id = for_tenant) then
		raise exception 'There is no tenant "%".', for_tenant using errcode = 'no_data_found';
	end if;
	if role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication
		or not role.rolcanlogin
		or not pg_catalog.pg_has_role(role.oid, 'zixly_reader', 'usage')
		or exists (
			select from pg_catalog.pg_auth_members m
			where m.member = role.oid and m.roleid <> 'zixly_reader'::pg_catalog.regrole
		)
	then
		raise exception 'The login "%" may do more than read, or lacks the role zixly_reader. Create a new one.', login
			using errcode = 'invalid_grant_operation';
	end if;
	-- Statements of other logins could resolve to a function or operator that the reader creates.
	if pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'create')
		or exists (
			select from pg_catalog.pg_namespace n
			where n.nspname !~ '^pg_' and pg_catalog.has_schema_privilege(role.oid, n.oid, 'create')
		)
	then
		raise exception 'The login "%" may create objects in this database, as every login may if "public" has that right. '
			'Nothing was created. As an administrator run: revoke create on schema public from public; '
			'revoke create on database % from public;', login, pg_catalog.quote_ident(pg_catalog.current_database())
			using errcode = 'invalid_grant_operation';
	end if;
	-- Entries of roles that no longer exist.
	delete from etl.tenant_readers r
	where (r.role_name = login or r.role_oid = role.oid) and (r.role_name, r.role_oid) <> (role.rolname, role.oid);
	insert into etl.tenant_readers (role_name, role_oid, tenant_id) values (login, role.oid, for_tenant);
end
$$;
