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
create index rejected_records_resolved_at_idx on etl.rejected_records (resolved_at) where resolved_at is not null;

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

-- Links to the connect pages. Only the hash of a link's token is stored.
create table etl.connect_links (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	purpose text not null check (purpose in ('connect', 'reconnect', 'manage')),
	token_hash text not null unique,
	replaces_account boolean not null default false,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	-- The only browser that may go on, from its first Continue on.
	browser_hash text,
	bound_at timestamptz,
	-- Set in the transaction that stores the consent. A link to manage is never used up.
	used_at timestamptz,
	-- How often other browsers tried to go on.
	refused_browsers integer not null default 0,
	-- Until when its browser may see and end the connection (purpose `manage`).
	session_until timestamptz,
	constraint connect_links_bound_check check ((browser_hash is null) = (bound_at is null))
);
create index connect_links_tenant_id_provider_idx on etl.connect_links (tenant_id, provider, created_at desc);
create index connect_links_expires_at_idx on etl.connect_links (expires_at);

-- OAuth states, and the consents that wait for their confirmation. Only the hash of a state is stored.
create table etl.connect_states (
	id text primary key,
	link_id text not null references etl.connect_links on delete cascade,
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	state_hash text not null unique,
	browser_hash text not null,
	redirect_uri text not null,
	sealed_verifier text,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	-- When the provider's answer arrived, its consent was kept, and a person confirmed it.
	consumed_at timestamptz,
	consented_at timestamptz,
	stored_at timestamptz,
	-- Removed as soon as the pair is in public.integrations.
	sealed_pair text,
	token_expires_at timestamptz,
	scopes jsonb check (octet_length(scopes::text) <= 65536),
	metadata jsonb check (octet_length(metadata::text) <= 16384),
	consent_user text,
	-- The accounts of this consent: an array of { id, name }.
	accounts jsonb check (jsonb_typeof(accounts) = 'array'),
	constraint connect_states_pair_check check (sealed_pair is null or consented_at is not null)
);
create index connect_states_link_id_idx on etl.connect_states (link_id);
create index connect_states_tenant_id_idx on etl.connect_states (tenant_id);
create index connect_states_expires_at_idx on etl.connect_states (expires_at);
create index connect_states_consent_user_idx on etl.connect_states (provider, consent_user)
	where sealed_pair is not null;

-- What happened to a connection: its timeline, and the outbox of the events that the node Zixly Connect emits.
create table etl.connection_events (
	id bigint generated always as identity primary key,
	tenant_id text not null references public.tenants on delete cascade,
	integration_id text references public.integrations on delete set null,
	provider text not null,
	event text not null,
	-- An array of { id, name }.
	accounts jsonb not null default '[]' check (jsonb_typeof(accounts) = 'array'),
	reason text,
	-- Who did it, if known: a person at the provider, or a part of this package.
	actor text,
	created_at timestamptz not null default now(),
	emitted_at timestamptz
);
create index connection_events_tenant_id_idx on etl.connection_events (tenant_id, provider, id desc);
create index connection_events_integration_id_idx on etl.connection_events (integration_id, id desc);
create index connection_events_created_at_idx on etl.connection_events (created_at);
create index connection_events_outbox_idx on etl.connection_events (id) where emitted_at is null
	and event in ('connected', 'reconnected', 'disconnected', 'failed', 'needs_consent', 'first_sync_complete');
-- Who connected a provider, to find other connections of the same person.
create index integrations_consent_user_idx on public.integrations (provider, (metadata ->> 'consentUser'))
	where metadata ->> 'consentUser' is not null;

-- What is left of a deleted tenant: nothing personal, and nothing that leads to it.
create table etl.deleted_tenants (
	tenant_id text primary key,
	deleted_at timestamptz not null default now(),
	-- The database login.
	deleted_by text not null,
	-- How many rows were deleted, by table.
	row_counts jsonb not null
);
