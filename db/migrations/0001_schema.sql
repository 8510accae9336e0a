-- Up Migration

-- The product's tables. Dashboards and Prisma read them; names and types are a contract.

create schema if not exists etl;

create type public.user_role as enum ('ADMIN', 'EDITOR', 'VIEWER');
create type public.integration_status as enum ('PENDING', 'ACTIVE', 'ERROR', 'DISABLED');

create function etl.set_updated_at() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	new.updated_at := now();
	return new;
end
$$;

create table public.tenants (
	id text primary key,
	name text not null,
	industry text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null
);

create table public.users (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	email text not null unique,
	role public.user_role not null default 'VIEWER',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null
);
create index users_tenant_id_idx on public.users (tenant_id);

create table public.client_kpis (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	client_id text not null,
	client_name text not null,
	industry text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null,
	unique (tenant_id, client_id)
);

create table public.financials (
	id text primary key,
	client_kpi_id text not null references public.client_kpis on delete cascade,
	record_date date not null,
	revenue numeric(12, 2) not null,
	expenses numeric(12, 2) not null,
	net_profit numeric(12, 2) not null,
	cash_flow numeric(12, 2) not null,
	currency text not null default 'AUD',
	source_system text,
	external_id text,
	metadata jsonb,
	created_at timestamptz not null default now(),
	unique nulls not distinct (client_kpi_id, record_date, source_system),
	constraint financials_net_profit_check check (net_profit = revenue - expenses)
);
create index financials_record_date_idx on public.financials (record_date);

create table public.lead_events (
	id text primary key,
	client_kpi_id text not null references public.client_kpis on delete cascade,
	event_date timestamptz not null,
	lead_id text not null,
	stage text not null,
	value numeric(12, 2),
	status text not null,
	source_system text,
	external_id text,
	metadata jsonb,
	created_at timestamptz not null default now(),
	unique nulls not distinct (client_kpi_id, source_system, external_id)
);
create index lead_events_client_kpi_id_event_date_idx on public.lead_events (client_kpi_id, event_date);
-- Includes the client, since lead ids are often small numbers that occur in every tenant.
create index lead_events_lead_id_client_kpi_id_idx on public.lead_events (lead_id, client_kpi_id);
create index lead_events_stage_status_idx on public.lead_events (stage, status);
-- The entries with a lead's status and value, for finding stale and deleted leads.
create index lead_events_latest_idx on public.lead_events (client_kpi_id, status) where status <> 'passed';

-- `embedding vector(1536)` is added by `migrate` as soon as the server has the vector extension.
create table public.custom_metrics (
	id text primary key,
	client_kpi_id text not null references public.client_kpis on delete cascade,
	metric_name text not null,
	metric_value numeric(12, 4) not null,
	unit text,
	record_date timestamptz not null,
	source_system text,
	metadata jsonb,
	created_at timestamptz not null default now(),
	unique nulls not distinct (client_kpi_id, metric_name, record_date, source_system)
);

create table public.integrations (
	id text primary key,
	tenant_id text not null references public.tenants on delete cascade,
	provider text not null,
	status public.integration_status not null default 'PENDING',
	access_token text not null default '',
	refresh_token text,
	expires_at timestamptz,
	metadata jsonb,
	last_sync_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null,
	unique (tenant_id, provider)
);
create index integrations_provider_status_idx on public.integrations (provider, status);

do $$
declare
	name text;
begin
	foreach name in array array['tenants', 'users', 'client_kpis', 'integrations'] loop
		execute format(
			'create trigger set_updated_at before insert or update on public.%I'
			' for each row execute function etl.set_updated_at()', name);
	end loop;
end
$$;
