-- Who may do what: organizations, owners, users, credentials, keys, settings, and the audit of every change.

create extension if not exists pg_trgm;

create table organization (
  id bigint generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 100),
  created_at timestamptz not null default now()
);

-- An owner asserts things about indicators. Names are unique in the hub: TcEx names owners, never ids.
create table owner (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null unique check (length(name) between 1 and 100),
  kind text not null default 'Source' check (kind in ('Organization', 'Community', 'Source')),
  created_at timestamptz not null default now()
);
create index owner_of_organization on owner (organization_id);

create table user_account (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  username text not null,
  role text not null check (role in ('administrator', 'organization-administrator', 'analyst', 'read-only')),
  -- argon2id, as `v1$<memory KiB>$<passes>$<salt base64>$<hash base64>`
  password_hash text not null,
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create unique index user_account_by_username on user_account (lower(username));
create index user_account_of_organization on user_account (organization_id);

-- Only hashes of credentials are stored: SHA-256 of 256 random bits needs no salt.
create table session (
  token_sha256 bytea primary key,
  user_id bigint not null references user_account on delete cascade,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  address text
);
create index session_of_user on session (user_id);
create index session_by_expiry on session (expires_at);

create table api_token (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('administrator', 'organization-administrator', 'analyst', 'read-only')),
  token_sha256 bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_token_of_organization on api_token (organization_id);

create table setup_link (
  token_sha256 bytea primary key,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Failed sign-ins by name and by address, so that a second hub counts with the first (D14).
create table sign_in_failure (
  subject text not null,
  at timestamptz not null default now()
);
create index sign_in_failure_by_subject on sign_in_failure (subject, at);

-- Keys that sign (D7). Private keys are sealed under the hub's secret key.
create table signing_key (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  purpose text not null check (purpose in ('ca', 'command', 'publisher', 'release', 'token')),
  public_pem text not null,
  -- For the CA: its certificate.
  certificate_pem text,
  sealed_private bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create unique index signing_key_current on signing_key (purpose) where retired_at is null;

create table setting (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

create table audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  organization_id bigint,
  actor_kind text not null,
  actor_name text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  address text
);
create index audit_event_of_organization on audit_event (organization_id, id desc);
