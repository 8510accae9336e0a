-- Up Migration

-- The pipeline's own state.

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
	-- The execution that may store for it, with its workflow and n8n's execution mode.
	execution_id text,
	workflow_id text,
	mode text,
	counts jsonb not null default '{}',
	error jsonb,
	last_chunk text,
	-- How far it has been read; kept after the run has ended.
	progress jsonb check (octet_length(progress::text) <= 1024),
	constraint sync_runs_closed_check
		check (status = 'running' or (finished_at is not null and lease_until is null))
);
-- Guarantees one running run per integration, whatever concurrent claims see.
create unique index sync_runs_one_running_idx on etl.sync_runs (integration_id) where status = 'running';
create index sync_runs_tenant_id_started_at_idx on etl.sync_runs (tenant_id, started_at desc);
create index sync_runs_integration_id_started_at_idx on etl.sync_runs (integration_id, started_at desc);
create index sync_runs_started_at_idx on etl.sync_runs (started_at desc);
create index sync_runs_running_idx on etl.sync_runs (lease_until) where status = 'running';
create index sync_runs_running_execution_id_idx on etl.sync_runs (execution_id) where status = 'running';

-- The right to request a new token pair from a provider. A lease that was ended properly is deleted.
create table etl.refresh_leases (
	integration_id text primary key references public.integrations on delete cascade,
	tenant_id text not null references public.tenants on delete cascade,
	holder text not null,
	until timestamptz not null,
	-- Whether an earlier holder never reported and may still have the newer pair.
	taken_over boolean not null default false,
	-- Whether the provider has refused the grant since.
	refused boolean not null default false
);
create index refresh_leases_tenant_id_idx on etl.refresh_leases (tenant_id);

-- A connection reads exactly the accounts that are enabled and not released.
create table etl.accounts (
	integration_id text not null references public.integrations on delete cascade,
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	account_id text not null,
	name text,
	timezone text,
	currency text,
	enabled boolean not null default true,
	-- Set when another tenant may have it. The row is kept, so that the account is recognised if it returns.
	released_at timestamptz,
	primary key (integration_id, account_id)
);
-- Without the tenant on purpose: an account belongs to one tenant's integration at a time.
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
	-- Details for programs, such as the missing rate.
	reason_detail jsonb check (jsonb_typeof(reason_detail) = 'object'),
	-- json, not jsonb: a record may contain the escape \u0000, which jsonb cannot store.
	payload json,
	first_seen_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now(),
	attempts integer not null default 1,
	-- When to request a record again that the provider did not return.
	ask_again_at timestamptz,
	resolved_at timestamptz,
	constraint rejected_records_payload_check check (payload is not null or stage = 'extract'),
	constraint rejected_records_ask_again_check check (ask_again_at is null or stage = 'extract')
);
-- One open row per record. The hashes are needed because its ids come from outside and may exceed the size of an index
-- entry. The record's comes first, since resolving searches for it.
create unique index rejected_records_open_idx
	on etl.rejected_records (tenant_id, md5(record_id), md5(account_id), md5(stream), md5(provider), stage)
	nulls not distinct where resolved_at is null;
create index rejected_records_tenant_id_last_seen_at_idx on etl.rejected_records (tenant_id, last_seen_at desc);
create index rejected_records_integration_id_idx on etl.rejected_records (integration_id);
create index rejected_records_unreadable_idx on etl.rejected_records (integration_id, ask_again_at)
	where stage = 'extract' and resolved_at is null;
create index rejected_records_sync_run_id_idx on etl.rejected_records (sync_run_id);

-- The applied files of db/functions with their SHA-256.
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
	-- Whether every row that was converted without this rate has been recomputed.
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
	-- Two accounts of one provider would collide in the keys of financials and custom_metrics.
	unique (client_kpi_id, provider)
);

-- The tenant that a reader's login sees. By name and oid: a role that was recreated under an old name, or that got the oid
-- of a dropped role, sees nothing.
create table etl.tenant_readers (
	role_name text primary key,
	role_oid oid not null unique,
	tenant_id text not null references public.tenants on delete cascade,
	created_at timestamptz not null default now()
);
create index tenant_readers_tenant_id_idx on etl.tenant_readers (tenant_id);

-- Tenants whose connections are not claimed. A table of its own: the columns of `public.tenants` are a contract.
create table etl.paused_tenants (
	tenant_id text primary key references public.tenants on delete cascade,
	paused_at timestamptz not null default now()
);
