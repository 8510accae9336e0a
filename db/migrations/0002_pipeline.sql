-- Up Migration

-- The pipeline's own books.

create table etl.sync_runs (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	integration_id text references public.integrations on delete cascade,
	provider text not null,
	status text not null default 'running'
		check (status in ('running', 'succeeded', 'partial', 'failed', 'abandoned')),
	started_at timestamptz not null default now(),
	finished_at timestamptz,
	lease_until timestamptz,
	retry_at timestamptz,
	-- Which execution may store for it, in which workflow and n8n, and in n8n's mode in which it was opened.
	execution_id text,
	workflow_id text,
	mode text,
	counts jsonb not null default '{}',
	error jsonb,
	last_chunk text,
	constraint sync_runs_closed_check
		check (status = 'running' or (finished_at is not null and lease_until is null))
);
-- Two live runs of one integration are impossible, whatever the claimers see.
create unique index sync_runs_one_running_idx on etl.sync_runs (integration_id) where status = 'running';
create index sync_runs_tenant_id_started_at_idx on etl.sync_runs (tenant_id, started_at desc);
create index sync_runs_integration_id_started_at_idx on etl.sync_runs (integration_id, started_at desc);
create index sync_runs_started_at_idx on etl.sync_runs (started_at desc);
create index sync_runs_running_idx on etl.sync_runs (lease_until) where status = 'running';
create index sync_runs_running_execution_id_idx on etl.sync_runs (execution_id) where status = 'running';

-- The right to ask a provider for a new pair of tokens. A lease that was ended properly is deleted.
create table etl.refresh_leases (
	integration_id text primary key references public.integrations on delete cascade,
	tenant_id text not null references public.tenants on delete cascade,
	holder text not null,
	until timestamptz not null,
	-- Whether somebody held it before who never reported, and may still have the newer pair.
	taken_over boolean not null default false,
	-- When the provider first refused the grant since then.
	refused_at timestamptz
);
create index refresh_leases_tenant_id_idx on etl.refresh_leases (tenant_id);

-- Which accounts a connection reads: those that are enabled and not released, and nothing else.
create table etl.accounts (
	integration_id text not null references public.integrations on delete cascade,
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	account_id text not null,
	name text,
	timezone text,
	currency text,
	enabled boolean not null default true,
	-- Given up, so that another tenant may have it; the row stays, to know the account again when it comes back.
	released_at timestamptz,
	primary key (integration_id, account_id)
);
-- Not led by the tenant, on purpose: an organisation belongs to one tenant's integration at a time.
create unique index accounts_one_owner_idx on etl.accounts (provider, account_id) where released_at is null;
create index accounts_tenant_id_idx on etl.accounts (tenant_id);

create table etl.stream_states (
	integration_id text not null references public.integrations on delete cascade,
	account_id text not null,
	stream text not null,
	tenant_id text not null references public.tenants on delete cascade,
	state jsonb not null check (octet_length(state::text) <= 1024),
	sync_run_id text references etl.sync_runs on delete set null,
	updated_at timestamptz not null,
	primary key (integration_id, account_id, stream)
);
create index stream_states_tenant_id_idx on etl.stream_states (tenant_id);
create index stream_states_sync_run_id_idx on etl.stream_states (sync_run_id);
create trigger set_updated_at before insert or update on etl.stream_states
	for each row execute function etl.set_updated_at();

create table etl.rejected_records (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	integration_id text references public.integrations on delete cascade,
	sync_run_id text references etl.sync_runs on delete set null,
	stage text not null check (stage in ('extract', 'transform', 'load')),
	provider text not null,
	stream text not null,
	account_id text not null,
	record_id text not null,
	reason_code text not null,
	reason_path text,
	reason_message text not null,
	-- What a program needs of the reason, such as the rate that is missing.
	reason_detail jsonb check (jsonb_typeof(reason_detail) = 'object'),
	-- json, not jsonb: a record may hold the escape \u0000, which jsonb refuses.
	payload json,
	first_seen_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now(),
	attempts integer not null default 1,
	-- When a record that the provider did not give is to be asked for again.
	ask_again_at timestamptz,
	resolved_at timestamptz,
	constraint rejected_records_payload_check check (payload is not null or stage = 'extract'),
	constraint rejected_records_ask_again_check check (ask_again_at is null or stage = 'extract')
);
-- One open row per record. What names it comes from outside and may be longer than an index entry, hence the hashes;
-- the record's goes first, since resolving looks for that.
create unique index rejected_records_open_idx
	on etl.rejected_records (tenant_id, md5(record_id), md5(account_id), md5(stream), md5(provider), stage)
	nulls not distinct where resolved_at is null;
create index rejected_records_tenant_id_last_seen_at_idx on etl.rejected_records (tenant_id, last_seen_at desc);
create index rejected_records_integration_id_idx on etl.rejected_records (integration_id);
create index rejected_records_unreadable_idx on etl.rejected_records (integration_id, ask_again_at)
	where stage = 'extract' and resolved_at is null;
create index rejected_records_sync_run_id_idx on etl.rejected_records (sync_run_id);

-- What was applied of db/functions, with the SHA-256 of each file.
create table etl.schema_functions (
	name text primary key,
	digest text not null
);

create table etl.exchange_rates (
	base text not null,
	quote text not null,
	rate_date date not null,
	rate numeric not null check (rate > 0),
	source text not null,
	changed_at timestamptz not null default now(),
	-- Whether every row that was converted without this rate has been converted anew.
	applied boolean not null default false,
	primary key (base, quote, rate_date, source)
);
create index exchange_rates_quote_rate_date_idx on etl.exchange_rates (quote, rate_date);
create index exchange_rates_not_applied_idx on etl.exchange_rates (quote, rate_date) where not applied;

create table etl.client_links (
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	external_id text not null,
	client_kpi_id text not null references public.client_kpis on delete cascade,
	unique (tenant_id, provider, external_id),
	-- Two accounts of one provider would meet in the keys of financials and custom_metrics.
	unique (client_kpi_id, provider)
);

-- Which tenant a reader's login sees. By name and oid: a role that was made anew under an old name, or got the oid of
-- one that is gone, sees nothing.
create table etl.tenant_readers (
	role_name text primary key,
	role_oid oid not null unique,
	tenant_id text not null references public.tenants on delete cascade,
	created_at timestamptz not null default now()
);
create index tenant_readers_tenant_id_idx on etl.tenant_readers (tenant_id);
