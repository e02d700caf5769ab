-- Settings of environment servers as they report them (D31), what people asked of them, and moves between environments (D37).

-- The last report of each server: an array of ReportedSetting; secrets are only set or empty in it.
create table environment_server_settings (
  server_xid bigint primary key references environment_server on delete cascade,
  settings jsonb not null,
  reported_at timestamptz not null
);

-- By what a server that waits for its master password says so, and when it did last (ES-10).
alter table environment_server
  add column locked_token_sha256 bytea,
  add column locked_said_at timestamptz;

-- Commands about a server itself name no attempt.
alter table command
  alter column execution_id drop not null,
  alter column attempt drop not null,
  drop constraint command_kind_check,
  add constraint command_kind_check check (kind in ('execute', 'cancel', 'configure')),
  add constraint command_of_attempt_check check
    ((kind in ('execute', 'cancel')) = (execution_id is not null and attempt is not null));

-- What a person asked a server to set; answered by the server's next report.
create table configure_request (
  command_id uuid primary key references command,
  server_xid bigint not null references environment_server on delete cascade,
  settings jsonb not null,
  requested_by text not null,
  requested_at timestamptz not null,
  outcome text check (outcome in ('applied', 'refused')),
  detail text not null default '',
  answered_at timestamptz,
  check ((outcome is null) = (answered_at is null))
);
create index configure_request_of_server on configure_request (server_xid, requested_at desc);

-- Tokens of `.env` files: each moves one server to the environment, once. Only hashes are stored.
create table environment_move (
  token_sha256 bytea primary key,
  environment_id bigint not null references environment,
  downloaded_by text not null,
  downloaded_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  server_xid bigint references environment_server on delete cascade,
  check ((used_at is null) = (server_xid is null))
);
create index environment_move_of_environment on environment_move (environment_id);
