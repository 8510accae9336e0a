-- The schema after all migrations, for review. Do not edit: it is made from the catalogue of a migrated
-- database by test/db/schema/drift.test.ts (npx jest test/db/schema/drift.test.ts -u).

-- Types

create type public.integration_status as enum ('PENDING', 'ACTIVE', 'ERROR', 'DISABLED');
create type public.user_role as enum ('ADMIN', 'EDITOR', 'VIEWER');

-- Tables

create table public.client_kpis (
	id text not null,
	tenant_id text not null,
	client_id text not null,
	client_name text not null,
	industry text,
	created_at timestamp with time zone not null default now(),
	updated_at timestamp with time zone not null
);
create table public.custom_metrics (
	id text not null,
	client_kpi_id text not null,
	metric_name text not null,
	metric_value numeric(12,4) not null,
	unit text,
	record_date timestamp with time zone not null,
	source_system text,
	metadata jsonb,
	created_at timestamp with time zone not null default now()
);
create table public.financials (
	id text not null,
	client_kpi_id text not null,
	record_date date not null,
	revenue numeric(12,2) not null,
	expenses numeric(12,2) not null,
	net_profit numeric(12,2) not null,
	cash_flow numeric(12,2) not null,
	currency text not null default 'AUD'::text,
	source_system text,
	external_id text,
	metadata jsonb,
	created_at timestamp with time zone not null default now()
);
create table public.integrations (
	id text not null,
	tenant_id text not null,
	provider text not null,
	status integration_status not null default 'PENDING'::integration_status,
	access_token text not null default ''::text,
	refresh_token text,
	expires_at timestamp with time zone,
	metadata jsonb,
	last_sync_at timestamp with time zone,
	created_at timestamp with time zone not null default now(),
	updated_at timestamp with time zone not null
);
create table public.lead_events (
	id text not null,
	client_kpi_id text not null,
	event_date timestamp with time zone not null,
	lead_id text not null,
	stage text not null,
	value numeric(12,2),
	status text not null,
	source_system text,
	external_id text,
	metadata jsonb,
	created_at timestamp with time zone not null default now()
);
create table public.tenants (
	id text not null,
	name text not null,
	industry text,
	created_at timestamp with time zone not null default now(),
	updated_at timestamp with time zone not null
);
create table public.users (
	id text not null,
	tenant_id text not null,
	email text not null,
	role user_role not null default 'VIEWER'::user_role,
	created_at timestamp with time zone not null default now(),
	updated_at timestamp with time zone not null
);
create table etl.accounts (
	integration_id text not null,
	tenant_id text not null,
	provider text not null,
	account_id text not null,
	name text,
	timezone text,
	currency text,
	enabled boolean not null default true,
	released_at timestamp with time zone
);
create table etl.client_links (
	tenant_id text not null,
	provider text not null,
	external_id text not null,
	client_kpi_id text not null
);
create table etl.connect_links (
	id text not null,
	tenant_id text not null,
	provider text not null,
	purpose text not null,
	token_hash text not null,
	replaces_account boolean not null default false,
	created_at timestamp with time zone not null default now(),
	expires_at timestamp with time zone not null,
	browser_hash text,
	bound_at timestamp with time zone,
	used_at timestamp with time zone,
	refused_browsers integer not null default 0,
	session_until timestamp with time zone
);
create table etl.connect_states (
	id text not null,
	link_id text not null,
	tenant_id text not null,
	provider text not null,
	state_hash text not null,
	browser_hash text not null,
	redirect_uri text not null,
	sealed_verifier text,
	created_at timestamp with time zone not null default now(),
	expires_at timestamp with time zone not null,
	consumed_at timestamp with time zone,
	consented_at timestamp with time zone,
	stored_at timestamp with time zone,
	sealed_pair text,
	token_expires_at timestamp with time zone,
	scopes jsonb,
	metadata jsonb,
	consent_user text,
	accounts jsonb
);
create table etl.connection_events (
	id bigint not null,
	tenant_id text not null,
	integration_id text,
	provider text not null,
	event text not null,
	accounts jsonb not null default '[]'::jsonb,
	reason text,
	actor text,
	created_at timestamp with time zone not null default now(),
	emitted_at timestamp with time zone
);
create table etl.deleted_tenants (
	tenant_id text not null,
	deleted_at timestamp with time zone not null default now(),
	deleted_by text not null,
	row_counts jsonb not null
);
create table etl.exchange_rates (
	base text not null,
	quote text not null,
	rate_date date not null,
	rate numeric not null,
	source text not null,
	changed_at timestamp with time zone not null default now(),
	applied boolean not null default false
);
create table etl.paused_tenants (
	tenant_id text not null,
	paused_at timestamp with time zone not null default now()
);
create table etl.refresh_leases (
	integration_id text not null,
	tenant_id text not null,
	holder text not null,
	until timestamp with time zone not null,
	taken_over boolean not null default false,
	refused boolean not null default false
);
create table etl.rejected_records (
	id text not null,
	tenant_id text not null,
	integration_id text,
	sync_run_id text,
	stage text not null,
	provider text not null,
	stream text not null,
	account_id text not null,
	record_id text not null,
	reason_code text not null,
	reason_path text,
	reason_message text not null,
	reason_detail jsonb,
	payload json,
	first_seen_at timestamp with time zone not null default now(),
	last_seen_at timestamp with time zone not null default now(),
	attempts integer not null default 1,
	ask_again_at timestamp with time zone,
	resolved_at timestamp with time zone
);
create table etl.schema_functions (
	name text not null,
	digest text not null
);
create table etl.schema_migrations (
	id integer not null default nextval('etl.schema_migrations_id_seq'::regclass),
	name character varying(255) not null,
	run_on timestamp without time zone not null
);
create table etl.stream_states (
	integration_id text not null,
	account_id text not null,
	stream text not null,
	tenant_id text not null,
	state jsonb not null,
	sync_run_id text,
	updated_at timestamp with time zone not null
);
create table etl.sync_runs (
	id text not null,
	tenant_id text not null,
	integration_id text,
	provider text not null,
	status text not null default 'running'::text,
	started_at timestamp with time zone not null default now(),
	finished_at timestamp with time zone,
	lease_until timestamp with time zone,
	retry_at timestamp with time zone,
	execution_id text,
	workflow_id text,
	mode text,
	counts jsonb not null default '{}'::jsonb,
	error jsonb,
	last_chunk text,
	progress jsonb
);
create table etl.tenant_readers (
	role_name text not null,
	role_oid oid not null,
	tenant_id text not null,
	created_at timestamp with time zone not null default now()
);

-- Constraints

alter table client_kpis add constraint client_kpis_tenant_id_client_id_key UNIQUE (tenant_id, client_id);
alter table client_kpis add constraint client_kpis_pkey PRIMARY KEY (id);
alter table client_kpis add constraint client_kpis_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table custom_metrics add constraint custom_metrics_client_kpi_id_metric_name_record_date_source_key UNIQUE NULLS NOT DISTINCT (client_kpi_id, metric_name, record_date, source_system);
alter table custom_metrics add constraint custom_metrics_pkey PRIMARY KEY (id);
alter table custom_metrics add constraint custom_metrics_client_kpi_id_fkey FOREIGN KEY (client_kpi_id) REFERENCES client_kpis(id) ON DELETE CASCADE;
alter table financials add constraint financials_client_kpi_id_record_date_source_system_key UNIQUE NULLS NOT DISTINCT (client_kpi_id, record_date, source_system);
alter table financials add constraint financials_pkey PRIMARY KEY (id);
alter table financials add constraint financials_client_kpi_id_fkey FOREIGN KEY (client_kpi_id) REFERENCES client_kpis(id) ON DELETE CASCADE;
alter table financials add constraint financials_net_profit_check CHECK ((net_profit = (revenue - expenses)));
alter table integrations add constraint integrations_tenant_id_provider_key UNIQUE (tenant_id, provider);
alter table integrations add constraint integrations_pkey PRIMARY KEY (id);
alter table integrations add constraint integrations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table lead_events add constraint lead_events_client_kpi_id_source_system_external_id_key UNIQUE NULLS NOT DISTINCT (client_kpi_id, source_system, external_id);
alter table lead_events add constraint lead_events_pkey PRIMARY KEY (id);
alter table lead_events add constraint lead_events_client_kpi_id_fkey FOREIGN KEY (client_kpi_id) REFERENCES client_kpis(id) ON DELETE CASCADE;
alter table tenants add constraint tenants_pkey PRIMARY KEY (id);
alter table users add constraint users_email_key UNIQUE (email);
alter table users add constraint users_pkey PRIMARY KEY (id);
alter table users add constraint users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.accounts add constraint accounts_pkey PRIMARY KEY (integration_id, account_id);
alter table etl.accounts add constraint accounts_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table etl.accounts add constraint accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.client_links add constraint client_links_client_kpi_id_provider_key UNIQUE (client_kpi_id, provider);
alter table etl.client_links add constraint client_links_tenant_id_provider_external_id_key UNIQUE (tenant_id, provider, external_id);
alter table etl.client_links add constraint client_links_client_kpi_id_fkey FOREIGN KEY (client_kpi_id) REFERENCES client_kpis(id) ON DELETE CASCADE;
alter table etl.client_links add constraint client_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.connect_links add constraint connect_links_token_hash_key UNIQUE (token_hash);
alter table etl.connect_links add constraint connect_links_pkey PRIMARY KEY (id);
alter table etl.connect_links add constraint connect_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.connect_links add constraint connect_links_bound_check CHECK (((browser_hash IS NULL) = (bound_at IS NULL)));
alter table etl.connect_links add constraint connect_links_purpose_check CHECK ((purpose = ANY (ARRAY['connect'::text, 'reconnect'::text, 'manage'::text])));
alter table etl.connect_states add constraint connect_states_state_hash_key UNIQUE (state_hash);
alter table etl.connect_states add constraint connect_states_pkey PRIMARY KEY (id);
alter table etl.connect_states add constraint connect_states_link_id_fkey FOREIGN KEY (link_id) REFERENCES etl.connect_links(id) ON DELETE CASCADE;
alter table etl.connect_states add constraint connect_states_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.connect_states add constraint connect_states_accounts_check CHECK ((jsonb_typeof(accounts) = 'array'::text));
alter table etl.connect_states add constraint connect_states_metadata_check CHECK ((octet_length((metadata)::text) <= 16384));
alter table etl.connect_states add constraint connect_states_pair_check CHECK (((sealed_pair IS NULL) OR (consented_at IS NOT NULL)));
alter table etl.connect_states add constraint connect_states_scopes_check CHECK ((octet_length((scopes)::text) <= 65536));
alter table etl.connection_events add constraint connection_events_pkey PRIMARY KEY (id);
alter table etl.connection_events add constraint connection_events_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE SET NULL;
alter table etl.connection_events add constraint connection_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.connection_events add constraint connection_events_accounts_check CHECK ((jsonb_typeof(accounts) = 'array'::text));
alter table etl.deleted_tenants add constraint deleted_tenants_pkey PRIMARY KEY (tenant_id);
alter table etl.exchange_rates add constraint exchange_rates_pkey PRIMARY KEY (base, quote, rate_date, source);
alter table etl.exchange_rates add constraint exchange_rates_rate_check CHECK ((rate > (0)::numeric));
alter table etl.paused_tenants add constraint paused_tenants_pkey PRIMARY KEY (tenant_id);
alter table etl.paused_tenants add constraint paused_tenants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.refresh_leases add constraint refresh_leases_pkey PRIMARY KEY (integration_id);
alter table etl.refresh_leases add constraint refresh_leases_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table etl.refresh_leases add constraint refresh_leases_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.rejected_records add constraint rejected_records_pkey PRIMARY KEY (id);
alter table etl.rejected_records add constraint rejected_records_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table etl.rejected_records add constraint rejected_records_sync_run_id_fkey FOREIGN KEY (sync_run_id) REFERENCES etl.sync_runs(id) ON DELETE SET NULL;
alter table etl.rejected_records add constraint rejected_records_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.rejected_records add constraint rejected_records_ask_again_check CHECK (((ask_again_at IS NULL) OR (stage = 'extract'::text)));
alter table etl.rejected_records add constraint rejected_records_payload_check CHECK (((payload IS NOT NULL) OR (stage = 'extract'::text)));
alter table etl.rejected_records add constraint rejected_records_reason_detail_check CHECK ((jsonb_typeof(reason_detail) = 'object'::text));
alter table etl.rejected_records add constraint rejected_records_stage_check CHECK ((stage = ANY (ARRAY['extract'::text, 'transform'::text, 'load'::text])));
alter table etl.schema_functions add constraint schema_functions_pkey PRIMARY KEY (name);
alter table etl.schema_migrations add constraint schema_migrations_pkey PRIMARY KEY (id);
alter table etl.stream_states add constraint stream_states_pkey PRIMARY KEY (integration_id, account_id, stream);
alter table etl.stream_states add constraint stream_states_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table etl.stream_states add constraint stream_states_sync_run_id_fkey FOREIGN KEY (sync_run_id) REFERENCES etl.sync_runs(id) ON DELETE SET NULL;
alter table etl.stream_states add constraint stream_states_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.stream_states add constraint stream_states_state_check CHECK ((octet_length((state)::text) <= 1024));
alter table etl.sync_runs add constraint sync_runs_pkey PRIMARY KEY (id);
alter table etl.sync_runs add constraint sync_runs_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table etl.sync_runs add constraint sync_runs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table etl.sync_runs add constraint sync_runs_closed_check CHECK (((status = 'running'::text) OR ((finished_at IS NOT NULL) AND (lease_until IS NULL))));
alter table etl.sync_runs add constraint sync_runs_progress_check CHECK ((octet_length((progress)::text) <= 1024));
alter table etl.sync_runs add constraint sync_runs_status_check CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'partial'::text, 'failed'::text, 'abandoned'::text])));
alter table etl.tenant_readers add constraint tenant_readers_role_oid_key UNIQUE (role_oid);
alter table etl.tenant_readers add constraint tenant_readers_pkey PRIMARY KEY (role_name);
alter table etl.tenant_readers add constraint tenant_readers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;

-- Indexes besides those of constraints

CREATE INDEX financials_record_date_idx ON public.financials USING btree (record_date);
CREATE INDEX integrations_consent_user_idx ON public.integrations USING btree (provider, ((metadata ->> 'consentUser'::text))) WHERE ((metadata ->> 'consentUser'::text) IS NOT NULL);
CREATE INDEX integrations_provider_status_idx ON public.integrations USING btree (provider, status);
CREATE INDEX lead_events_client_kpi_id_event_date_idx ON public.lead_events USING btree (client_kpi_id, event_date);
CREATE INDEX lead_events_latest_idx ON public.lead_events USING btree (client_kpi_id, status) WHERE (status <> 'passed'::text);
CREATE INDEX lead_events_lead_id_client_kpi_id_idx ON public.lead_events USING btree (lead_id, client_kpi_id);
CREATE INDEX lead_events_stage_status_idx ON public.lead_events USING btree (stage, status);
CREATE INDEX users_tenant_id_idx ON public.users USING btree (tenant_id);
CREATE INDEX accounts_tenant_id_idx ON etl.accounts USING btree (tenant_id);
CREATE UNIQUE INDEX accounts_one_owner_idx ON etl.accounts USING btree (provider, account_id) WHERE (released_at IS NULL);
CREATE INDEX connect_links_expires_at_idx ON etl.connect_links USING btree (expires_at);
CREATE INDEX connect_links_tenant_id_provider_idx ON etl.connect_links USING btree (tenant_id, provider, created_at DESC);
CREATE INDEX connect_states_consent_user_idx ON etl.connect_states USING btree (provider, consent_user) WHERE (sealed_pair IS NOT NULL);
CREATE INDEX connect_states_expires_at_idx ON etl.connect_states USING btree (expires_at);
CREATE INDEX connect_states_link_id_idx ON etl.connect_states USING btree (link_id);
CREATE INDEX connect_states_tenant_id_idx ON etl.connect_states USING btree (tenant_id);
CREATE INDEX connection_events_created_at_idx ON etl.connection_events USING btree (created_at);
CREATE INDEX connection_events_integration_id_idx ON etl.connection_events USING btree (integration_id, id DESC);
CREATE INDEX connection_events_outbox_idx ON etl.connection_events USING btree (id) WHERE ((emitted_at IS NULL) AND (event = ANY (ARRAY['connected'::text, 'reconnected'::text, 'disconnected'::text, 'failed'::text, 'needs_consent'::text, 'first_sync_complete'::text])));
CREATE INDEX connection_events_tenant_id_idx ON etl.connection_events USING btree (tenant_id, provider, id DESC);
CREATE INDEX exchange_rates_not_applied_idx ON etl.exchange_rates USING btree (quote, rate_date) WHERE (NOT applied);
CREATE INDEX exchange_rates_quote_rate_date_idx ON etl.exchange_rates USING btree (quote, rate_date);
CREATE INDEX refresh_leases_tenant_id_idx ON etl.refresh_leases USING btree (tenant_id);
CREATE INDEX rejected_records_integration_id_idx ON etl.rejected_records USING btree (integration_id);
CREATE INDEX rejected_records_resolved_at_idx ON etl.rejected_records USING btree (resolved_at) WHERE (resolved_at IS NOT NULL);
CREATE INDEX rejected_records_sync_run_id_idx ON etl.rejected_records USING btree (sync_run_id);
CREATE INDEX rejected_records_tenant_id_last_seen_at_idx ON etl.rejected_records USING btree (tenant_id, last_seen_at DESC);
CREATE INDEX rejected_records_unreadable_idx ON etl.rejected_records USING btree (integration_id, ask_again_at) WHERE ((stage = 'extract'::text) AND (resolved_at IS NULL));
CREATE UNIQUE INDEX rejected_records_open_idx ON etl.rejected_records USING btree (tenant_id, md5(record_id), md5(account_id), md5(stream), md5(provider), stage) NULLS NOT DISTINCT WHERE (resolved_at IS NULL);
CREATE INDEX stream_states_sync_run_id_idx ON etl.stream_states USING btree (sync_run_id);
CREATE INDEX stream_states_tenant_id_idx ON etl.stream_states USING btree (tenant_id);
CREATE INDEX sync_runs_integration_id_started_at_idx ON etl.sync_runs USING btree (integration_id, started_at DESC);
CREATE INDEX sync_runs_running_execution_id_idx ON etl.sync_runs USING btree (execution_id) WHERE (status = 'running'::text);
CREATE INDEX sync_runs_running_idx ON etl.sync_runs USING btree (lease_until) WHERE (status = 'running'::text);
CREATE INDEX sync_runs_started_at_idx ON etl.sync_runs USING btree (started_at DESC);
CREATE INDEX sync_runs_tenant_id_started_at_idx ON etl.sync_runs USING btree (tenant_id, started_at DESC);
CREATE UNIQUE INDEX sync_runs_one_running_idx ON etl.sync_runs USING btree (integration_id) WHERE (status = 'running'::text);
CREATE INDEX tenant_readers_tenant_id_idx ON etl.tenant_readers USING btree (tenant_id);

-- Views

create view sync_status with (security_invoker=true) as
 SELECT tenant_id,
    provider,
    status,
    last_sync_at
   FROM integrations;

-- Triggers

CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON public.client_kpis FOR EACH ROW EXECUTE FUNCTION etl.set_updated_at();
CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON public.integrations FOR EACH ROW EXECUTE FUNCTION etl.set_updated_at();
CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION etl.set_updated_at();
CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION etl.set_updated_at();
CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON etl.stream_states FOR EACH ROW EXECUTE FUNCTION etl.set_updated_at();

-- Row-level security

alter table client_kpis enable row level security, force row level security;
alter table custom_metrics enable row level security, force row level security;
alter table financials enable row level security, force row level security;
alter table integrations enable row level security, force row level security;
alter table lead_events enable row level security, force row level security;
alter table tenants enable row level security, force row level security;
alter table users enable row level security, force row level security;
alter table etl.accounts enable row level security, force row level security;
alter table etl.client_links enable row level security, force row level security;
alter table etl.connect_links enable row level security, force row level security;
alter table etl.connect_states enable row level security, force row level security;
alter table etl.connection_events enable row level security, force row level security;
alter table etl.deleted_tenants enable row level security, force row level security;
alter table etl.exchange_rates disable row level security;
alter table etl.paused_tenants enable row level security, force row level security;
alter table etl.refresh_leases enable row level security, force row level security;
alter table etl.rejected_records enable row level security, force row level security;
alter table etl.schema_functions disable row level security;
alter table etl.schema_migrations disable row level security;
alter table etl.stream_states enable row level security, force row level security;
alter table etl.sync_runs enable row level security, force row level security;
alter table etl.tenant_readers enable row level security, force row level security;

-- Policies

create policy tenant on client_kpis for all to zixly_app, zixly_loader
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")));
create policy reader on client_kpis for r to zixly_reader
	using ((tenant_id = ( SELECT etl.tenant_of_reader() AS tenant_of_reader)))
	with check ();
create policy operator on client_kpis for r to zixly_operator
	using (true)
	with check ();
create policy tenant on custom_metrics for all to zixly_app
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy reader on custom_metrics for r to zixly_reader
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ();
create policy operator on custom_metrics for r to zixly_operator
	using (true)
	with check ();
create policy loader on custom_metrics for all to zixly_loader
	using ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy tenant on financials for all to zixly_app
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy reader on financials for r to zixly_reader
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ();
create policy operator on financials for r to zixly_operator
	using (true)
	with check ();
create policy loader on financials for all to zixly_loader
	using ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy tenant on integrations for all to zixly_app, zixly_loader, zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")));
create policy reader on integrations for r to zixly_reader
	using ((tenant_id = ( SELECT etl.tenant_of_reader() AS tenant_of_reader)))
	with check ();
create policy operator on integrations for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on lead_events for all to zixly_app
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy reader on lead_events for r to zixly_reader
	using ((client_kpi_id = ANY (ARRAY( SELECT k.id
   FROM client_kpis k))))
	with check ();
create policy operator on lead_events for r to zixly_operator
	using (true)
	with check ();
create policy loader on lead_events for all to zixly_loader
	using ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)))
	with check ((client_kpi_id IN ( SELECT k.id
   FROM client_kpis k)));
create policy tenant on tenants for all to zixly_app
	using ((id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check ((id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")));
create policy reader on tenants for r to zixly_reader
	using ((id = ( SELECT etl.tenant_of_reader() AS tenant_of_reader)))
	with check ();
create policy operator on tenants for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on users for all to zixly_app
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")));
create policy operator on users for r to zixly_operator
	using (true)
	with check ();
create policy tenant on etl.accounts for all to zixly_app, zixly_loader, zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i)))));
create policy operator on etl.accounts for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on etl.client_links for all to zixly_app, zixly_loader
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND (client_kpi_id IN ( SELECT k.id
   FROM client_kpis k))));
create policy operator on etl.client_links for r to zixly_operator
	using (true)
	with check ();
create policy tenant on etl.connect_links for all to zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")));
create policy operator on etl.connect_links for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on etl.connect_states for all to zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND (link_id IN ( SELECT l.id
   FROM etl.connect_links l))));
create policy operator on etl.connect_states for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on etl.connection_events for all to zixly_app, zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i)))));
create policy operator on etl.connection_events for all to zixly_operator
	using (true)
	with check (true);
create policy operator on etl.deleted_tenants for all to zixly_operator
	using (true)
	with check (true);
create policy operator on etl.paused_tenants for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on etl.refresh_leases for all to zixly_tokens
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i)))));
create policy operator on etl.refresh_leases for r to zixly_operator
	using (true)
	with check ();
create policy tenant on etl.rejected_records for all to zixly_app, zixly_loader
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i))) AND ((sync_run_id IS NULL) OR (EXISTS ( SELECT
   FROM etl.sync_runs r
  WHERE (r.id = rejected_records.sync_run_id))))));
create policy operator on etl.rejected_records for all to zixly_operator
	using (true)
	with check (true);
create policy tenant on etl.stream_states for all to zixly_app, zixly_loader
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i))) AND ((sync_run_id IS NULL) OR (EXISTS ( SELECT
   FROM etl.sync_runs r
  WHERE (r.id = stream_states.sync_run_id))))));
create policy operator on etl.stream_states for r to zixly_operator
	using (true)
	with check ();
create policy tenant on etl.sync_runs for all to zixly_app, zixly_loader
	using ((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")))
	with check (((tenant_id = ( SELECT NULLIF(current_setting('app.tenant_id'::text, true), ''::text) AS "nullif")) AND ((integration_id IS NULL) OR (integration_id IN ( SELECT i.id
   FROM integrations i)))));
create policy operator on etl.sync_runs for all to zixly_operator
	using (true)
	with check (true);
create policy operator on etl.tenant_readers for all to zixly_operator
	using (true)
	with check (true);

-- Functions

CREATE OR REPLACE FUNCTION etl.abandon_runs()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with ended as (
		select r.id, r.integration_id, r.lease_until
		from etl.sync_runs r
		where r.status = 'running' and r.lease_until < now()
		order by r.id
		for update skip locked
	),
	abandoned as (
		update etl.sync_runs r
		set status = 'abandoned', finished_at = now(), lease_until = null,
			retry_at = case when ended.integration_id is not null then now() + case
				when before.times = 0 then interval '0'
				else least(interval '6 hours', interval '5 minutes' * 2 ^ least(before.times, 10)) * (0.5 + random() / 2)
			end end,
			error = jsonb_build_object(
				'class', 'lease_ended',
				'message', 'The run did not renew its lease in time: the process that ran it has probably ended.',
				'leaseUntil', ended.lease_until,
				'abandonedBefore', before.times)
		from ended
		cross join lateral (
			select count(*) as times
			from (
				select bool_and(earlier.status = 'abandoned' or earlier.error ->> 'class' is not distinct from 'crashed')
					over (order by earlier.started_at desc, earlier.id desc) as still
				from etl.sync_runs earlier
				where earlier.integration_id = ended.integration_id and earlier.id <> ended.id
				order by earlier.started_at desc, earlier.id desc
				limit 12
			) history
			where history.still
		) before
		where r.id = ended.id
		returning 1
	)
	select count(*) from abandoned
$function$
;
alter function etl.abandon_runs() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.accounts_taken(from_integration text, of_provider text, account_ids text[])
 RETURNS TABLE(account_id text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select a.account_id
	from etl.accounts a
	where a.provider = of_provider and a.account_id = any (account_ids) and a.released_at is null
		and a.integration_id <> from_integration
	order by 1
$function$
;
alter function etl.accounts_taken(text,text,text[]) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.add_reader(login text, for_tenant text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.add_reader(text,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.claim_due(for_provider text, run_ids text[], sync_every interval, lease interval, execution_id text, workflow_id text, mode text, only_integration text, run_now boolean, authentication text)
 RETURNS TABLE(sync_run_id text, tenant_id text, tenant_name text, integration_id text, provider text, metadata jsonb, last_sync_at timestamp with time zone, lease_until timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.claim_due(text,text[],interval,interval,text,text,text,text,boolean,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.consent_is_shared(from_integration text, of_provider text, of_user text, account_ids text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.consent_is_shared(text,text,text,text[]) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.consume_connect_state(of_hash text, of_browser text, of_provider text, of_redirect_uri text)
 RETURNS TABLE(state_id text, link_id text, tenant_id text)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	update etl.connect_states s
	set consumed_at = now(), expires_at = now() + interval '15 minutes'
	from etl.connect_links l
	where s.state_hash = of_hash and s.browser_hash = of_browser and s.provider = of_provider
		and s.redirect_uri = of_redirect_uri and s.consumed_at is null and s.expires_at > now()
		and l.id = s.link_id and l.browser_hash = of_browser and l.used_at is null
	returning s.id, s.link_id, s.tenant_id
$function$
;
alter function etl.consume_connect_state(text,text,text,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.create_tenant(new_id text, name text, industry text, reuse boolean)
 RETURNS TABLE(id text, tenant_name text, tenant_industry text, created_at timestamp with time zone, paused_at timestamp with time zone, created boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
	if reuse then
		-- Serialises the calls by a row that no other role may lock: any login could hold an advisory lock.
		perform 1 from etl.schema_migrations m order by m.id limit 1 for no key update;
		return query
		select t.id, t.name, t.industry, t.created_at, p.paused_at, false
		from public.tenants t
		left join etl.paused_tenants p on p.tenant_id = t.id
		where lower(t.name) = lower(create_tenant.name)
		order by t.created_at, t.id
		limit 1;
		if found then
			return;
		end if;
	end if;
	return query
	insert into public.tenants as t (id, name, industry)
	values (new_id, create_tenant.name, create_tenant.industry)
	returning t.id, t.name, t.industry, t.created_at, null::timestamptz, true;
end
$function$
;
alter function etl.create_tenant(text,text,text,boolean) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.currencies_in_use()
 RETURNS TABLE(currency text, history_start text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select a.currency, min(i.metadata ->> 'historyStart')
	from etl.accounts a join public.integrations i on i.id = a.integration_id
	where a.enabled and a.released_at is null and a.currency is not null
	group by 1
	order by 1
$function$
;
alter function etl.currencies_in_use() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.delete_tenant(for_tenant text, tenant_name text)
 RETURNS TABLE(deleted_at timestamp with time zone, row_counts jsonb, deleted_now boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
	place record;
	total bigint;
	counts jsonb := '{}';
begin
	-- Waits for the chunks that are being stored; those that come later find no run.
	perform 1 from public.tenants t where t.id = for_tenant and t.name = tenant_name for no key update;
	if not found then
		return query
		select d.deleted_at, d.row_counts, false from etl.deleted_tenants d where d.tenant_id = for_tenant;
		return;
	end if;
	-- From the catalogue, so that a table of a later version is included.
	for place in
		select format('%I.%I', n.nspname, c.relname) as name, bool_or(a.attname = 'tenant_id') as is_direct
		from pg_catalog.pg_attribute a
		join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') and c.relname <> 'deleted_tenants'
			and a.attname in ('tenant_id', 'client_kpi_id') and not a.attisdropped
		group by n.nspname, c.relname
		order by n.nspname desc, c.relname
	loop
		execute format(
			case when place.is_direct then 'select count(*) from %s where tenant_id = $1'
			else 'select count(*) from %s where client_kpi_id in (select id from public.client_kpis where tenant_id = $1)' end,
			place.name
		) into total using for_tenant;
		if total > 0 then
			counts := counts || jsonb_build_object(place.name, total);
		end if;
	end loop;
	delete from public.tenants t where t.id = for_tenant;
	-- Every table with a tenant references it and is emptied by that, directly or through its parent.
	for place in
		select format('%I.%I', n.nspname, c.relname) as name
		from pg_catalog.pg_attribute a
		join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') and c.relname <> 'deleted_tenants'
			and a.attname = 'tenant_id' and not a.attisdropped
	loop
		execute format('select count(*) from %s where tenant_id = $1', place.name) into total using for_tenant;
		if total > 0 then
			raise exception 'The table % still has % rows of the tenant, so nothing was deleted.', place.name, total;
		end if;
	end loop;
	return query
	insert into etl.deleted_tenants as d (tenant_id, deleted_by, row_counts)
	values (for_tenant, session_user, counts)
	returning d.deleted_at, d.row_counts, true;
end
$function$
;
alter function etl.delete_tenant(text,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.enter_accounts(for_tenant text, for_integration text, accounts jsonb, enable boolean)
 RETURNS TABLE(account_id text, taken boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.enter_accounts(text,text,jsonb,boolean) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.find_connect_link(of_hash text, of_id text)
 RETURNS TABLE(link_id text, tenant_id text, tenant_name text, provider text, purpose text, replaces_account boolean, token_hash text, expires_at timestamp with time zone, used_at timestamp with time zone, browser_hash text, session_until timestamp with time zone, is_expired boolean, is_in_session boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select l.id, l.tenant_id, t.name, l.provider, l.purpose, l.replaces_account,
		l.token_hash, l.expires_at, l.used_at, l.browser_hash, l.session_until,
		l.expires_at <= now(), coalesce(l.session_until > now(), false)
	from etl.connect_links l
	join public.tenants t on t.id = l.tenant_id
	where l.token_hash = of_hash or l.id = of_id
	limit 1
$function$
;
alter function etl.find_connect_link(text,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.find_waiting_consent(of_state text, of_browser text)
 RETURNS TABLE(state_id text, link_id text, tenant_id text, tenant_name text, provider text, accounts jsonb, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select s.id, s.link_id, s.tenant_id, t.name, s.provider, s.accounts, s.expires_at
	from etl.connect_states s
	join etl.connect_links l on l.id = s.link_id
	join public.tenants t on t.id = s.tenant_id
	where s.id = of_state and s.browser_hash = of_browser and s.consented_at is not null and s.stored_at is null
		and s.expires_at > now() and l.used_at is null
$function$
;
alter function etl.find_waiting_consent(text,text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.get_run(run_id text)
 RETURNS TABLE(id text, tenant_id text, tenant_name text, integration_id text, provider text, authentication text, status text, started_at timestamp with time zone, finished_at timestamp with time zone, lease_until timestamp with time zone, retry_at timestamp with time zone, execution_id text, mode text, progress jsonb, counts jsonb, error jsonb, accounts jsonb, rejected jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.id, r.tenant_id, t.name, r.integration_id, r.provider,
		case when i.metadata ->> 'authentication' = 'n8n' then 'n8n' else 'stored' end, r.status,
		r.started_at, r.finished_at, r.lease_until, r.retry_at,
		r.execution_id, r.mode, r.progress, r.counts, r.error, accounts.list, rejected.list
	from etl.sync_runs r
	join public.tenants t on t.id = r.tenant_id
	left join public.integrations i on i.id = r.integration_id
	cross join lateral (
		select coalesce(jsonb_agg(one.account), '[]') as list
		from (
			select jsonb_build_object(
				'accountId', a.account_id, 'name', a.name, 'currency', a.currency, 'timezone', a.timezone,
				'enabled', a.enabled, 'stored', (
					select coalesce(jsonb_agg(jsonb_build_object('stream', s.stream, 'at', s.updated_at) order by s.stream), '[]')
					from etl.stream_states s
					where s.integration_id = a.integration_id and s.account_id = a.account_id and s.sync_run_id = r.id
				)) as account
			from etl.accounts a
			where a.integration_id = r.integration_id and a.released_at is null
			order by lower(a.name), a.account_id
			limit 1000
		) one
	) accounts
	cross join lateral (
		select coalesce(jsonb_agg(one.reason), '[]') as list
		from (
			select jsonb_build_object(
				'stream', x.stream, 'stage', x.stage, 'code', x.reason_code, 'records', count(*),
				'open', count(*) filter (where x.resolved_at is null), 'lastAt', max(x.last_seen_at),
				'message', min(left(x.reason_message, 1000))) as reason
			from etl.rejected_records x
			where x.sync_run_id = r.id
			group by x.stream, x.stage, x.reason_code
			order by count(*) desc, x.stream, x.stage, x.reason_code
			limit 100
		) one
	) rejected
	where run_id is null or r.id = run_id
	order by r.started_at desc, r.id desc
	limit 1
$function$
;
alter function etl.get_run(text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.hold_links()
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for no key update skip locked;
	return found;
end
$function$
;
alter function etl.hold_links() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_connection_events(only_tenant text, only_provider text, only_integration text, max_rows integer)
 RETURNS TABLE(event_id bigint, event text, tenant_id text, tenant_name text, integration_id text, provider text, accounts jsonb, reason text, actor text, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select e.id, e.event, e.tenant_id, t.name, e.integration_id, e.provider, e.accounts, e.reason, e.actor, e.created_at
	from etl.connection_events e
	join public.tenants t on t.id = e.tenant_id
	where (only_tenant is null or e.tenant_id = only_tenant)
		and (only_provider is null or e.provider = only_provider)
		and (only_integration is null or e.integration_id = only_integration)
	order by e.id desc
	limit max_rows
$function$
;
alter function etl.list_connection_events(text,text,text,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_integration_ids(after_tenant text, after_integration text, max_rows integer)
 RETURNS TABLE(tenant_id text, integration_id text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select i.tenant_id, i.id
	from public.integrations i
	where (i.tenant_id, i.id) > (after_tenant, after_integration)
	order by i.tenant_id, i.id
	limit max_rows
$function$
;
alter function etl.list_integration_ids(text,text,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_integrations(only_provider text, only_tenant text, only_integration text, max_rows integer)
 RETURNS TABLE(integration_id text, tenant_id text, tenant_name text, provider text, status text, metadata jsonb, expires_at timestamp with time zone, last_sync_at timestamp with time zone, created_at timestamp with time zone, last_run_status text, last_run_finished_at timestamp with time zone, retry_at timestamp with time zone, running_since timestamp with time zone, tenant_paused_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text, i.metadata,
		i.expires_at, i.last_sync_at, i.created_at,
		latest.status, latest.finished_at, latest.retry_at,
		case when latest.status = 'running' then latest.started_at end,
		paused.paused_at
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join etl.paused_tenants paused on paused.tenant_id = i.tenant_id
	left join lateral (
		select r.status, r.started_at, r.finished_at, r.retry_at
		from etl.sync_runs r
		where r.integration_id = i.id
		order by r.started_at desc, r.id desc
		limit 1
	) latest on true
	where (only_provider is null or i.provider = only_provider)
		and (only_tenant is null or i.tenant_id = only_tenant)
		and (only_integration is null or i.id = only_integration)
	order by lower(t.name), i.provider, i.id
	limit max_rows
$function$
;
alter function etl.list_integrations(text,text,text,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_readers(of_tenant text)
 RETURNS TABLE(login text, tenant_id text, tenant_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.role_name::text, r.tenant_id, t.name
	from etl.tenant_readers r
	join public.tenants t on t.id = r.tenant_id
	where of_tenant is null or r.tenant_id = of_tenant
	order by lower(t.name), r.role_name
$function$
;
alter function etl.list_readers(text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_rejected_reasons(only_tenant text, only_provider text, only_stream text, only_stage text, is_resolved boolean)
 RETURNS TABLE(code text, records bigint, message text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.reason_code, count(*), (array_agg(r.reason_message order by r.last_seen_at desc, r.id))[1]
	from etl.rejected_records r
	where (only_tenant is null or r.tenant_id = only_tenant)
		and (only_provider is null or r.provider = only_provider)
		and (only_stream is null or r.stream = only_stream)
		and (only_stage is null or r.stage = only_stage)
		and (is_resolved is null or (r.resolved_at is not null) = is_resolved)
	group by r.reason_code
	order by count(*) desc, r.reason_code
$function$
;
alter function etl.list_rejected_reasons(text,text,text,text,boolean) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_rejected_records(only_ids text[], only_tenant text, only_provider text, only_stream text, only_code text, only_stage text, is_resolved boolean, seen_since timestamp with time zone, max_rows integer)
 RETURNS TABLE(id text, tenant_id text, tenant_name text, integration_id text, sync_run_id text, provider text, stream text, account_id text, record_id text, stage text, reason_code text, reason_path text, reason_message text, reason_detail jsonb, first_seen_at timestamp with time zone, last_seen_at timestamp with time zone, attempts integer, ask_again_at timestamp with time zone, resolved_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.list_rejected_records(text[],text,text,text,text,text,boolean,timestamp with time zone,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_runs(only_tenant text, only_integration text, only_provider text, only_status text, max_rows integer)
 RETURNS TABLE(id text, tenant_id text, tenant_name text, integration_id text, provider text, status text, started_at timestamp with time zone, finished_at timestamp with time zone, lease_until timestamp with time zone, retry_at timestamp with time zone, execution_id text, workflow_id text, mode text, progress jsonb, counts jsonb, error jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.id, r.tenant_id, t.name, r.integration_id, r.provider, r.status,
		r.started_at, r.finished_at, r.lease_until, r.retry_at,
		r.execution_id, r.workflow_id, r.mode, r.progress, r.counts, r.error
	from etl.sync_runs r
	join public.tenants t on t.id = r.tenant_id
	where (only_tenant is null or r.tenant_id = only_tenant)
		and (only_integration is null or r.integration_id = only_integration)
		and (only_provider is null or r.provider = only_provider)
		and (only_status is null or r.status = only_status)
	order by r.started_at desc, r.id desc
	limit max_rows
$function$
;
alter function etl.list_runs(text,text,text,text,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_sealed_states(max_rows integer)
 RETURNS TABLE(state_id text, tenant_id text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select s.id, s.tenant_id
	from etl.connect_states s
	where s.expires_at > now() and s.stored_at is null
	order by s.tenant_id, s.id
	limit max_rows
$function$
;
alter function etl.list_sealed_states(integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.list_tenants(search text, max_rows integer)
 RETURNS TABLE(id text, name text, industry text, created_at timestamp with time zone, paused_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select t.id, t.name, t.industry, t.created_at, p.paused_at
	from public.tenants t
	left join etl.paused_tenants p on p.tenant_id = t.id
	where coalesce(search, '') = '' or t.id = search or position(lower(search) in lower(t.name)) > 0
	order by lower(t.name), t.id
	limit max_rows
$function$
;
alter function etl.list_tenants(text,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.pause_tenant(for_tenant text, pause boolean)
 RETURNS TABLE(id text, tenant_name text, tenant_industry text, created_at timestamp with time zone, paused_at timestamp with time zone, changed boolean, running_syncs bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
;
alter function etl.pause_tenant(text,boolean) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.prune(kind text, kept interval, max_rows integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	deleted bigint;
begin
	case kind
	when 'runs' then
		-- The latest run of a connection says when it is due. One that a state names stored what the tables hold, and one
		-- that an open rejected record names is shown with it.
		delete from etl.sync_runs r where r.id in (
			select o.id from etl.sync_runs o
			where o.started_at < now() - kept and o.status <> 'running' and o.finished_at < now() - kept
				and exists (
					select from etl.sync_runs later
					where later.integration_id = o.integration_id
						and (later.started_at, later.id) > (o.started_at, o.id)
					union all
					select where o.integration_id is null
				)
				and not exists (select from etl.stream_states s where s.sync_run_id = o.id)
				and not exists (
					select from etl.rejected_records x where x.sync_run_id = o.id and x.resolved_at is null
				)
			order by o.started_at
			limit max_rows
			for update skip locked
		);
	when 'rejectedRecords' then
		delete from etl.rejected_records x where x.id in (
			select o.id from etl.rejected_records o
			where o.resolved_at < now() - kept
			order by o.resolved_at
			limit max_rows
		);
	when 'timeline' then
		delete from etl.connection_events e where e.id in (
			select o.id from etl.connection_events o
			where o.created_at < now() - kept
			order by o.created_at
			limit max_rows
			for update skip locked
		);
	when 'states' then
		delete from etl.connect_states s where s.id in (
			select o.id from etl.connect_states o
			where o.expires_at < now() - kept
			order by o.expires_at
			limit max_rows
			for update skip locked
		);
	when 'links' then
		delete from etl.connect_links l where l.id in (
			select o.id from etl.connect_links o
			where o.expires_at < now() - kept and (o.session_until is null or o.session_until < now() - kept)
				and not exists (
					select from etl.connect_states s where s.link_id = o.id and s.expires_at >= now() - kept
				)
			order by o.expires_at
			limit max_rows
		);
	else
		raise exception 'prune: there is no kind %', kind using errcode = 'invalid_parameter_value';
	end case;
	get diagnostics deleted = row_count;
	return deleted;
end
$function$
;
alter function etl.prune(text,interval,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.rates_missed()
 RETURNS TABLE(detail jsonb, records bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.reason_detail, count(*)
	from etl.rejected_records r
	where r.resolved_at is null and r.reason_code = 'rate_missing' and r.reason_detail is not null
	group by 1
	order by 1
$function$
;
alter function etl.rates_missed() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.release_accounts(for_tenant text, for_integration text, only_accounts text[])
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with released as (
		update etl.accounts a
		set released_at = now(), enabled = a.enabled and only_accounts is null
		where a.integration_id = for_integration and a.tenant_id = for_tenant and a.released_at is null
			and (only_accounts is null or a.account_id = any (only_accounts))
		returning 1
	)
	select count(*) from released
$function$
;
alter function etl.release_accounts(text,text,text[]) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.release_runs(run_ids text[])
 RETURNS TABLE(sync_run_id text)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running' and r.integration_id is not null and r.counts = '{}'
		order by r.id
		for update skip locked
	)
	delete from etl.sync_runs r
	using unlocked
	where r.id = unlocked.id
	returning r.id
$function$
;
alter function etl.release_runs(text[]) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.remove_reader(login text)
 RETURNS TABLE(tenant_id text, same_role boolean)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	delete from etl.tenant_readers r where r.role_name = login
	returning r.tenant_id,
		exists (select from pg_catalog.pg_roles p where p.oid = r.role_oid and p.rolname = r.role_name)
$function$
;
alter function etl.remove_reader(text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.renew_leases(run_ids text[], lease interval, progress jsonb DEFAULT '{}'::jsonb)
 RETURNS TABLE(sync_run_id text, renewed boolean)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running'
		order by r.id
		for no key update skip locked
	),
	renewed as (
		update etl.sync_runs r
		set lease_until = now() + lease,
			progress = case when octet_length((renew_leases.progress -> r.id)::text) <= 1024
				then renew_leases.progress -> r.id else r.progress end
		from unlocked
		where r.id = unlocked.id
		returning r.id
	)
	select r.id, renewed.id is not null
	from etl.sync_runs r
	left join renewed on renewed.id = r.id
	where r.id = any (run_ids) and r.status = 'running'
$function$
;
alter function etl.renew_leases(text[],interval,jsonb) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.runs_of_execution(of_execution text)
 RETURNS TABLE(id text, tenant_id text, integration_id text, provider text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.id, r.tenant_id, r.integration_id, r.provider
	from etl.sync_runs r
	where r.execution_id = of_execution and r.status = 'running'
	order by r.id
$function$
;
alter function etl.runs_of_execution(text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.set_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	new.updated_at := now();
	return new;
end
$function$
;
alter function etl.set_updated_at() owner to current_user;

CREATE OR REPLACE FUNCTION etl.share_links()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for share;
end
$function$
;
alter function etl.share_links() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.sync_health(only_tenant text, only_provider text, sync_every interval, max_rows integer)
 RETURNS TABLE(integration_id text, tenant_id text, tenant_name text, provider text, status text, authentication text, expires_at timestamp with time zone, last_success_at timestamp with time zone, created_at timestamp with time zone, running_since timestamp with time zone, last_run_status text, last_run_finished_at timestamp with time zone, failures_in_a_row bigint, abandoned_in_a_row bigint, last_error jsonb, warnings jsonb, next_due timestamp with time zone, open_rejected bigint, tenant_paused_at timestamp with time zone, rejected_reason jsonb, rejected_streams jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text,
		case when i.metadata ->> 'authentication' = 'n8n' then 'n8n' else 'stored' end,
		i.expires_at, i.last_sync_at, i.created_at, live.started_at,
		ended.status, ended.finished_at, series.failures, series.abandoned,
		ended.error, coalesce(ended.counts -> 'warnings', '[]'),
		case when i.status = 'ACTIVE' and live.started_at is null and paused.paused_at is null
			then coalesce(ended.retry_at, i.last_sync_at + sync_every, i.created_at) end,
		open_records.total, paused.paused_at, frequent.reason, all_rejected.streams
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join etl.paused_tenants paused on paused.tenant_id = i.tenant_id
	left join etl.sync_runs live on live.integration_id = i.id and live.status = 'running'
	left join lateral (
		select r.status, r.finished_at, r.retry_at, r.error, r.counts
		from etl.sync_runs r
		where r.integration_id = i.id and r.status <> 'running'
		order by r.started_at desc, r.id desc
		limit 1
	) ended on true
	cross join lateral (
		select count(*) filter (where failed) as failures, count(*) filter (where lost) as abandoned
		from (
			select bool_and(r.status in ('failed', 'abandoned')) over latest_first as failed,
				bool_and(r.status = 'abandoned' or r.error ->> 'class' is not distinct from 'crashed') over latest_first as lost
			from etl.sync_runs r
			where r.integration_id = i.id and r.status <> 'running'
			window latest_first as (order by r.started_at desc, r.id desc)
			order by r.started_at desc, r.id desc
			limit 50
		) history
	) series
	cross join lateral (
		select count(*) as total from etl.rejected_records x where x.integration_id = i.id and x.resolved_at is null
	) open_records
	-- The most frequent reason, with the latest of its messages.
	left join lateral (
		select jsonb_build_object('code', most.code, 'records', most.records, 'message', (
			select x.reason_message from etl.rejected_records x
			where x.integration_id = i.id and x.resolved_at is null and x.reason_code = most.code
			order by x.last_seen_at desc, x.id desc
			limit 1
		)) as reason
		from (
			select x.reason_code as code, count(*) as records
			from etl.rejected_records x
			where x.integration_id = i.id and x.resolved_at is null
			group by x.reason_code
			order by count(*) desc, x.reason_code
			limit 1
		) most
	) frequent on true
	-- The streams of which the last run that read something stored nothing, while records of them are still open.
	cross join lateral (
		select coalesce(jsonb_agg(latest.stream order by latest.stream), '[]') as streams
		from (
			select distinct on (c.key) c.key as stream, c.value as counts
			from (
				select r.counts, r.started_at, r.id
				from etl.sync_runs r
				where r.integration_id = i.id and r.status in ('succeeded', 'partial', 'failed')
				order by r.started_at desc, r.id desc
				limit 50
			) r
			cross join lateral jsonb_each(r.counts) c
			where c.value @? '$ ? (@.records.extracted > 0 || @.rows.produced > 0)'
			order by c.key, r.started_at desc, r.id desc
		) latest
		where open_records.total > 0
			and latest.counts @? '$ ? (@.records.rejected > 0 && !(@.records.normalised > 0) || @.rows.produced > 0 && @.rows.rejected == @.rows.produced)'
			and exists (
				select from etl.rejected_records x
				where x.integration_id = i.id and x.resolved_at is null and x.stream = latest.stream
			)
	) all_rejected
	where (only_tenant is null or i.tenant_id = only_tenant)
		and (only_provider is null or i.provider = only_provider)
	order by lower(t.name), i.provider, i.id
	limit max_rows
$function$
;
alter function etl.sync_health(text,text,interval,integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.take_connection_events(max_rows integer)
 RETURNS TABLE(event_id bigint, event text, tenant_id text, tenant_name text, integration_id text, provider text, accounts jsonb, reason text, actor text, created_at timestamp with time zone)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with next as (
		select e.id
		from etl.connection_events e
		where e.emitted_at is null and e.created_at > now() - interval '7 days'
			and e.event in ('connected', 'reconnected', 'disconnected', 'failed', 'needs_consent', 'first_sync_complete')
		order by e.id
		for update skip locked
		limit max_rows
	),
	taken as (
		update etl.connection_events e set emitted_at = now() from next where e.id = next.id
		returning e.*
	)
	select e.id, e.event, e.tenant_id, t.name, e.integration_id, e.provider, e.accounts, e.reason, e.actor, e.created_at
	from taken e
	join public.tenants t on t.id = e.tenant_id
	order by e.id
$function$
;
alter function etl.take_connection_events(integer) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.take_over_runs(integration_ids text[], by_execution text, by_workflow text, by_mode text, lease interval)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	with silent as (
		select r.id
		from etl.sync_runs r
		where by_mode in ('manual', 'cli') and r.mode in ('manual', 'cli')
			and r.status = 'running' and r.integration_id = any (integration_ids)
			and r.workflow_id = by_workflow and r.execution_id <> by_execution
			-- Every sign of life renews the lease in full.
			and r.lease_until < now() + lease - interval '2 minutes'
		order by r.id
		for update skip locked
	),
	closed as (
		update etl.sync_runs r
		set status = 'failed', finished_at = now(), lease_until = null, retry_at = now(),
			error = jsonb_build_object(
				'class', 'run_lost',
				'message', 'The execution that opened this run by hand showed no sign of life for two minutes, and a later execution by hand took the connection over. Nothing is lost: the later one reads everything.')
		from silent
		where r.id = silent.id
		returning 1
	)
	select count(*) from closed
$function$
;
alter function etl.take_over_runs(text[],text,text,text,interval) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.take_runs(run_ids text[], by_execution text, by_workflow text, by_mode text, lease interval)
 RETURNS TABLE(sync_run_id text, tenant_id text, integration_id text, provider text, metadata jsonb, account_ids text[], status text, execution_id text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
	if by_mode in ('manual', 'retry') then
		with seen as materialized (
			select r.id, r.execution_id from etl.sync_runs r where r.id = any (run_ids)
		),
		free as (
			select r.id
			from etl.sync_runs r
			join seen on seen.id = r.id and seen.execution_id = r.execution_id
			where r.status = 'running' and r.execution_id <> by_execution and r.workflow_id = by_workflow
				and (by_mode = 'retry' or r.mode = 'manual')
			order by r.id
			for update of r skip locked
		)
		update etl.sync_runs r
		set execution_id = by_execution, mode = by_mode, lease_until = now() + lease
		from free
		where r.id = free.id;
	end if;

	with own as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running' and r.execution_id = by_execution
		order by r.id
		for no key update skip locked
	)
	update etl.sync_runs r set lease_until = now() + lease from own where r.id = own.id;

	return query
	select r.id, r.tenant_id, r.integration_id, r.provider, i.metadata,
		array(
			select a.account_id from etl.accounts a
			where a.integration_id = r.integration_id and a.released_at is null
		),
		r.status, r.execution_id
	from etl.sync_runs r
	left join public.integrations i on i.id = r.integration_id
	where r.id = any (run_ids);
end
$function$
;
alter function etl.take_runs(text[],text,text,text,interval) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.tenant_of_reader()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select r.tenant_id
	from etl.tenant_readers r
	join pg_catalog.pg_roles login on login.oid = r.role_oid and login.rolname = r.role_name
	where login.rolname = session_user
$function$
;
alter function etl.tenant_of_reader() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.tenants_to_connect(of_provider text)
 RETURNS TABLE(tenant_id text, tenant_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select t.id, t.name
	from public.tenants t
	left join public.integrations i on i.tenant_id = t.id and i.provider = of_provider
	where (i.id is null or (i.status in ('PENDING', 'ERROR')
			and i.metadata ->> 'authentication' is distinct from 'n8n' and i.metadata ->> 'awaitingApproval' is null))
		and not exists (select from etl.paused_tenants p where p.tenant_id = t.id)
	order by lower(t.name), t.id
$function$
;
alter function etl.tenants_to_connect(text) owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.tenants_with_conversions()
 RETURNS TABLE(tenant_id text, tenant_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select t.id, t.name
	from public.tenants t
	where exists (
		select from public.client_kpis k
		where k.tenant_id = t.id and (
			exists (select from public.financials f where f.client_kpi_id = k.id and f.metadata ? 'fx')
			or exists (select from public.lead_events e where e.client_kpi_id = k.id and e.metadata ? 'fx')
		)
	)
	order by t.id
$function$
;
alter function etl.tenants_with_conversions() owner to zixly_operator;

CREATE OR REPLACE FUNCTION etl.update_tenant(for_tenant text, new_name text, new_industry text, allow_duplicate boolean)
 RETURNS TABLE(id text, tenant_name text, tenant_industry text, created_at timestamp with time zone, paused_at timestamp with time zone, changed boolean, name_taken_by text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
	before public.tenants;
	taken_by text;
	is_changed boolean;
begin
	if new_name is not null then
		-- As create_tenant: two calls at once must not give one name to two tenants.
		perform 1 from etl.schema_migrations m order by m.id limit 1 for no key update;
	end if;
	select t.* into before from public.tenants t where t.id = for_tenant for no key update;
	if not found then
		return;
	end if;
	if lower(new_name) <> lower(before.name) and not coalesce(allow_duplicate, false) then
		select t.id into taken_by from public.tenants t where lower(t.name) = lower(new_name) order by t.id limit 1;
	end if;
	is_changed := taken_by is null and (
		coalesce(new_name, before.name) <> before.name
		or coalesce(nullif(coalesce(new_industry, before.industry), ''), '') <> coalesce(before.industry, '')
	);
	if is_changed then
		update public.tenants t
		set name = coalesce(new_name, t.name), industry = nullif(coalesce(new_industry, t.industry), '')
		where t.id = for_tenant;
	end if;
	return query
	select t.id, t.name, t.industry, t.created_at, p.paused_at, is_changed, taken_by
	from public.tenants t
	left join etl.paused_tenants p on p.tenant_id = t.id
	where t.id = for_tenant;
end
$function$
;
alter function etl.update_tenant(text,text,text,boolean) owner to zixly_operator;


-- Rights of the roles

grant select on table client_kpis to zixly_app;
grant delete, insert, select, update (client_name, industry) on table client_kpis to zixly_loader;
grant select (id, tenant_id) on table client_kpis to zixly_operator;
grant select on table client_kpis to zixly_reader;
grant select on table custom_metrics to zixly_app;
grant delete, insert, select, update (client_kpi_id, metric_value, unit, metadata) on table custom_metrics to zixly_loader;
grant select (client_kpi_id) on table custom_metrics to zixly_operator;
grant select on table custom_metrics to zixly_reader;
grant select, update (name, timezone, currency, enabled) on table etl.accounts to zixly_app;
grant select on table etl.accounts to zixly_loader;
grant insert, select, select (tenant_id), update (enabled, released_at) on table etl.accounts to zixly_operator;
grant select on table etl.accounts to zixly_tokens;
grant select on table etl.client_links to zixly_app;
grant delete, insert, select, update (client_kpi_id) on table etl.client_links to zixly_loader;
grant select (tenant_id) on table etl.client_links to zixly_operator;
grant delete, select, select (tenant_id) on table etl.connect_links to zixly_operator;
grant insert (id, tenant_id, provider, purpose, token_hash, replaces_account, expires_at), select, update (expires_at, browser_hash, bound_at, used_at, refused_browsers, session_until) on table etl.connect_links to zixly_tokens;
grant delete, select (id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, created_at, expires_at, consumed_at, consented_at, stored_at, token_expires_at, scopes, metadata, consent_user, accounts), update (expires_at, consumed_at) on table etl.connect_states to zixly_operator;
grant delete, insert (id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, sealed_verifier, expires_at), select, update (sealed_verifier, consented_at, stored_at, sealed_pair, token_expires_at, scopes, metadata, consent_user, accounts) on table etl.connect_states to zixly_tokens;
grant insert (tenant_id, integration_id, provider, event, accounts, reason, actor), select on table etl.connection_events to zixly_app;
grant delete, select, select (tenant_id), update (emitted_at) on table etl.connection_events to zixly_operator;
grant insert (tenant_id, integration_id, provider, event, accounts, reason, actor), select on table etl.connection_events to zixly_tokens;
grant insert, select, select (tenant_id) on table etl.deleted_tenants to zixly_operator;
grant insert, select, update (rate, changed_at, applied) on table etl.exchange_rates to zixly_worker;
grant delete, insert, select, select (tenant_id) on table etl.paused_tenants to zixly_operator;
grant select (tenant_id) on table etl.refresh_leases to zixly_operator;
grant delete, insert, select, update on table etl.refresh_leases to zixly_tokens;
grant select, update (ask_again_at) on table etl.rejected_records to zixly_app;
grant insert, select, update (integration_id, sync_run_id, reason_code, reason_path, reason_message, reason_detail, payload, last_seen_at, attempts, ask_again_at, resolved_at) on table etl.rejected_records to zixly_loader;
grant delete, select (id, tenant_id, integration_id, sync_run_id, stage, provider, stream, account_id, record_id, reason_code, reason_path, reason_message, reason_detail, first_seen_at, last_seen_at, attempts, ask_again_at, resolved_at) on table etl.rejected_records to zixly_operator;
grant select on table etl.schema_functions to zixly_worker;
grant select, update (name) on table etl.schema_migrations to zixly_operator;
grant select on table etl.schema_migrations to zixly_worker;
grant select on table etl.stream_states to zixly_app;
grant delete, insert, select, update (state, sync_run_id) on table etl.stream_states to zixly_loader;
grant select (integration_id, account_id, stream, tenant_id, sync_run_id, updated_at) on table etl.stream_states to zixly_operator;
grant insert, select, update (status, finished_at, lease_until, retry_at, counts, error) on table etl.sync_runs to zixly_app;
grant select, update (lease_until, counts, last_chunk) on table etl.sync_runs to zixly_loader;
grant delete, insert, select, select (tenant_id), update on table etl.sync_runs to zixly_operator;
grant delete, insert, select, select (tenant_id) on table etl.tenant_readers to zixly_operator;
grant select on table financials to zixly_app;
grant insert, select, update (client_kpi_id, revenue, expenses, net_profit, cash_flow, currency, external_id, metadata) on table financials to zixly_loader;
grant select (client_kpi_id, metadata) on table financials to zixly_operator;
grant select on table financials to zixly_reader;
grant insert (id, tenant_id, provider, status, metadata), select (id, tenant_id, provider, status, expires_at, metadata, last_sync_at, created_at, updated_at), update (status, metadata, last_sync_at) on table integrations to zixly_app;
grant select (id, tenant_id) on table integrations to zixly_loader;
grant select (id, tenant_id, provider, status, expires_at, metadata, last_sync_at, created_at, updated_at), update (last_sync_at) on table integrations to zixly_operator;
grant select (tenant_id, provider, status, last_sync_at) on table integrations to zixly_reader;
grant insert (id, tenant_id, provider, status, metadata), select, update (status, access_token, refresh_token, expires_at, metadata) on table integrations to zixly_tokens;
grant select on table lead_events to zixly_app;
grant delete, insert, select, update (client_kpi_id, event_date, lead_id, stage, value, status, metadata) on table lead_events to zixly_loader;
grant select (client_kpi_id, metadata) on table lead_events to zixly_operator;
grant select on table lead_events to zixly_reader;
grant select on table sync_status to zixly_reader;
grant select on table tenants to zixly_app;
grant delete, insert, select, update (name, industry, updated_at) on table tenants to zixly_operator;
grant select on table tenants to zixly_reader;
grant select (tenant_id) on table users to zixly_operator;
grant usage on schema etl to zixly_app;
grant usage on schema etl to zixly_loader;
grant usage on schema etl to zixly_operator;
grant usage on schema etl to zixly_tokens;
grant usage on schema etl to zixly_worker;
grant execute on function etl.abandon_runs() to zixly_worker;
grant execute on function etl.accounts_taken(text,text,text[]) to zixly_worker;
grant execute on function etl.add_reader(text,text) to zixly_worker;
grant execute on function etl.claim_due(text,text[],interval,interval,text,text,text,text,boolean,text) to zixly_worker;
grant execute on function etl.consent_is_shared(text,text,text,text[]) to zixly_worker;
grant execute on function etl.consume_connect_state(text,text,text,text) to zixly_worker;
grant execute on function etl.create_tenant(text,text,text,boolean) to zixly_worker;
grant execute on function etl.currencies_in_use() to zixly_worker;
grant execute on function etl.delete_tenant(text,text) to zixly_worker;
grant execute on function etl.enter_accounts(text,text,jsonb,boolean) to zixly_worker;
grant execute on function etl.find_connect_link(text,text) to zixly_worker;
grant execute on function etl.find_waiting_consent(text,text) to zixly_worker;
grant execute on function etl.get_run(text) to zixly_worker;
grant execute on function etl.hold_links() to zixly_loader;
grant execute on function etl.list_connection_events(text,text,text,integer) to zixly_worker;
grant execute on function etl.list_integration_ids(text,text,integer) to zixly_worker;
grant execute on function etl.list_integrations(text,text,text,integer) to zixly_worker;
grant execute on function etl.list_readers(text) to zixly_worker;
grant execute on function etl.list_rejected_reasons(text,text,text,text,boolean) to zixly_worker;
grant execute on function etl.list_rejected_records(text[],text,text,text,text,text,boolean,timestamp with time zone,integer) to zixly_worker;
grant execute on function etl.list_runs(text,text,text,text,integer) to zixly_worker;
grant execute on function etl.list_sealed_states(integer) to zixly_worker;
grant execute on function etl.list_tenants(text,integer) to zixly_worker;
grant execute on function etl.pause_tenant(text,boolean) to zixly_worker;
grant execute on function etl.prune(text,interval,integer) to zixly_worker;
grant execute on function etl.rates_missed() to zixly_worker;
grant execute on function etl.release_accounts(text,text,text[]) to zixly_worker;
grant execute on function etl.release_runs(text[]) to zixly_worker;
grant execute on function etl.remove_reader(text) to zixly_worker;
grant execute on function etl.renew_leases(text[],interval,jsonb) to zixly_worker;
grant execute on function etl.runs_of_execution(text) to zixly_worker;
grant execute on function etl.share_links() to zixly_loader;
grant execute on function etl.sync_health(text,text,interval,integer) to zixly_worker;
grant execute on function etl.take_connection_events(integer) to zixly_worker;
grant execute on function etl.take_over_runs(text[],text,text,text,interval) to zixly_worker;
grant execute on function etl.take_runs(text[],text,text,text,interval) to zixly_worker;
grant execute on function etl.tenant_of_reader() to zixly_reader;
grant execute on function etl.tenants_to_connect(text) to zixly_worker;
grant execute on function etl.tenants_with_conversions() to zixly_worker;
grant execute on function etl.update_tenant(text,text,text,boolean) to zixly_worker;
