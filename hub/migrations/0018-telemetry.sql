-- What environment servers measure of themselves (D32), kept in decreasing resolution: as it came for an hour, by the minute for a day,
-- by the hour for a year. Partitions are made ahead and dropped whole (hub/src/telemetry/telemetry-partitions.ts); no foreign key, so
-- that a thousand rows a second look at nothing else. Percentages are 0 to 100; the columns *_max keep the highest of what was averaged.
create table telemetry_10s (
  server_xid bigint not null,
  -- By the hub's clock, when it came.
  at timestamptz not null,
  -- What `messages` counts over.
  period_seconds real not null,
  cpu_percent real not null,
  memory_used_percent real not null,
  disk_used_percent real not null,
  running real not null,
  queued real not null,
  queue_wait_seconds real not null,
  round_trip_ms real,
  messages real not null,
  server_cpu_percent real not null,
  server_memory_bytes real not null
) partition by range (at);
create index telemetry_10s_of_server on telemetry_10s (server_xid, at);

create table telemetry_1m (
  like telemetry_10s,
  cpu_percent_max real not null,
  memory_used_percent_max real not null,
  disk_used_percent_max real not null,
  queued_max real not null,
  queue_wait_seconds_max real not null,
  round_trip_ms_max real
) partition by range (at);
create index telemetry_1m_of_server on telemetry_1m (server_xid, at);

create table telemetry_1h (like telemetry_1m) partition by range (at);
create index telemetry_1h_of_server on telemetry_1h (server_xid, at);

-- Up to when the coarser tables have been written. Whoever rolls up locks the row: one hub at a time.
create table telemetry_roll_up (
  step text primary key check (step in ('1m', '1h')),
  until timestamptz not null default '-infinity'
);
insert into telemetry_roll_up (step) values ('1m'), ('1h');

-- The last word of each server, for presence and for gauges. Every row changes every few seconds, in place; a crash of the database
-- may empty the table, and the next messages fill it again.
create unlogged table telemetry_latest (
  server_xid bigint primary key,
  at timestamptz not null,
  -- The message, as protocol's Telemetry.
  said jsonb not null,
  -- What makes it unhealthy, in the words of hub/src/telemetry/ailments.ts; empty while it is well.
  ailments text[] not null,
  ailments_changed_at timestamptz not null
) with (fillfactor = 40);

alter table environment
  add column owner_id bigint references owner,
  -- Made by the hub's own machine for the server beside it: where apps run that may not run anywhere else.
  add column on_hub boolean not null default false;

-- A person told the hub to place nothing more here; what runs ends by itself.
alter table environment_server
  add column drained_at timestamptz,
  add column drained_by text;

-- How much a server did of late.
create index attempt_finished_of_server on attempt (server_xid, finished_at) where finished_at is not null;

-- A file was made that enrols this server anew, under its number with a new key (D37): a person confirms the new fingerprint, however soon
-- after the download it enrols.
alter table environment_server add column enrols_anew boolean not null default false;
