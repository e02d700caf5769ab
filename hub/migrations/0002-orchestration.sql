-- Where apps run, which apps there are, what is to run when, and what became of it.

-- An environment belongs to one organization: only its members see it (ES-26). One that jobs or executions name is never
-- taken out of the table: `deleted_at` hides it, and may be set only while no job that is not deleted names it.
create table environment (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 64),
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index environment_by_name on environment (organization_id, name) where deleted_at is null;

-- One row a downloaded bundle; the number is fixed at download for the server's life (ES-19). The columns fill in this order:
-- downloaded (enrolment token) → enrolled (keys, certificate, tokens; the enrolment token is emptied) → confirmed (S9)
-- → revoked, for good. Executions are placed only on rows that are enrolled, confirmed and not revoked.
-- Only SHA-256 hashes of tokens are stored.
create table environment_server (
  server_xid bigint generated always as identity (start with 1000) primary key,
  environment_id bigint not null references environment,
  name text not null check (length(name) between 1 and 64),
  downloaded_by text not null,
  downloaded_at timestamptz not null default now(),
  enrolment_token_sha256 bytea unique,
  enrolment_expires_at timestamptz,
  enrolled_at timestamptz,
  enrolled_from text,
  -- Lower-case hexadecimal SHA-256 of the SPKI of its TLS key.
  key_fingerprint text,
  public_key_pem text,
  -- Raw 32-byte X25519 key that job secrets are sealed to (D9).
  sealing_public_key bytea check (length(sealing_public_key) = 32),
  certificate_serial text,
  broker_token_sha256 bytea,
  delivery_token_sha256 bytea unique,
  confirmed_at timestamptz,
  confirmed_by text,
  revoked_at timestamptz,
  -- Presence is judged by this alone: written by each heartbeat, by the hub's clock.
  last_heartbeat_at timestamptz,
  protocol_version int,
  -- What the last heartbeat said: version, tier, state, executors, queued.
  reported jsonb not null default '{}',
  check ((enrolled_at is null) or (public_key_pem is not null and sealing_public_key is not null)),
  check ((confirmed_at is null) or (enrolled_at is not null))
);
create index environment_server_of_environment on environment_server (environment_id);

-- A package's bytes, content-addressed, in chunks of 1 MB (D14). `bytes` and the hash are checked before the row is committed;
-- chunks are numbered from 0 without gaps.
create table package (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes > 0),
  created_at timestamptz not null default now()
);
create table package_chunk (
  sha256 text not null references package on delete cascade,
  number int not null check (number >= 0),
  content bytea not null check (length(content) between 1 and 1048576),
  primary key (sha256, number)
);

-- The catalog, one for the hub. `program_name` (`<name>_<version>`, the package's folder) is an app's identity.
-- `kind` and `display_name` are those of the current version.
create table app (
  id bigint generated always as identity primary key,
  program_name text not null unique check (length(program_name) between 1 and 200),
  kind text not null check (kind in ('feed', 'export', 'alerts', 'action', 'tcex')),
  display_name text not null,
  installed_at timestamptz not null default now()
);

-- A version of an app; never changed after it was written but for `is_current`, which exactly one version of an app has.
-- `install_json` is the package's file, byte for byte (T17). `signature` is the publisher's, over the package's bytes (D7).
create table app_version (
  id bigint generated always as identity primary key,
  app_id bigint not null references app,
  program_version text not null check (length(program_version) between 1 and 50),
  package_sha256 text not null references package,
  package_bytes bigint not null,
  install_json text not null,
  postern_json jsonb,
  publisher_key_id text not null check (publisher_key_id ~ '^[0-9a-f]{16}$'),
  signature bytea not null,
  -- The publisher itself, or the administrator who confirmed a stranger's package.
  vouched_by text not null,
  installed_at timestamptz not null default now(),
  is_current boolean not null default false,
  unique (app_id, program_version, package_sha256)
);
create unique index app_version_current on app_version (app_id) where is_current;

-- What an export fills. Several jobs may name one control; plans and receipts hang on it.
create table control (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 64),
  program_name text not null,
  -- Values above it are left out of every export to this control (D21).
  highest_tlp text not null default 'AMBER'
    check (highest_tlp in ('CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED')),
  created_at timestamptz not null default now(),
  unique (organization_id, name)
);

-- An app with its parameters, environment and schedule. `parameters` holds no secret: those are rows of job_secret.
-- `next_run_at` is set exactly while the job is enabled, not deleted and has a cron expression.
create table job (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 64),
  app_id bigint not null references app,
  environment_id bigint not null references environment,
  parameters jsonb not null default '{}',
  owner_id bigint references owner,
  control_id bigint references control,
  mode text not null default 'apply-when-guards-pass' check (mode in ('apply-when-guards-pass', 'always-ask')),
  cron text,
  time_zone text,
  next_run_at timestamptz,
  timeout_seconds int not null check (timeout_seconds between 1 and 604800),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  check ((cron is null) = (time_zone is null)),
  check (next_run_at is null or (cron is not null and enabled and deleted_at is null))
);
create unique index job_by_name on job (organization_id, name) where deleted_at is null;
create index job_of_environment on job (environment_id) where deleted_at is null;
create index job_of_app on job (app_id) where deleted_at is null;
create index job_due on job (next_run_at) where next_run_at is not null;

-- Values of parameters that install.json marks `encrypt`, sealed under the hub's secret key (D9); context `job:<id>:<name>`.
create table job_secret (
  job_id bigint not null references job on delete cascade,
  name text not null,
  sealed bytea not null,
  primary key (job_id, name)
);

-- The owners beside its own that a job's app may read, as its parameters with ${OWNERS} choices name them (D22).
create table job_readable_owner (
  job_id bigint not null references job on delete cascade,
  owner_id bigint not null references owner on delete cascade,
  primary key (job_id, owner_id)
);

-- Values that an app kept for its next run (results.tc, FD-10): written only when an execution succeeded. Each overrides the
-- job's parameter of that name until a person changes the parameter. Values of secret parameters go to job_secret instead.
create table job_kept_value (
  job_id bigint not null references job on delete cascade,
  name text not null,
  value text not null,
  execution_id bigint not null,
  kept_at timestamptz not null default now(),
  primary key (job_id, name)
);

-- A schedule's time that started nothing: another execution of the job was still open, or the hub was not running then.
create table skipped_run (
  job_id bigint not null references job on delete cascade,
  due_at timestamptz not null,
  reason text not null check (reason in ('overlap', 'misfire')),
  -- For a misfire: how many times in all were passed over and became one run.
  times int not null default 1,
  primary key (job_id, due_at)
);

-- One run of a job. States and transitions: executions/execution-state.ts. The app's version is chosen when the execution is
-- made, and all its attempts run that one. Ended executions never change again.
create table execution (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  job_id bigint not null references job,
  app_version_id bigint not null references app_version,
  environment_id bigint not null references environment,
  trigger text not null check (trigger in ('run-now', 'schedule', 'approval')),
  started_by text not null,
  state text not null default 'waiting' check (state in ('waiting', 'dispatched', 'running', 'succeeded', 'partial', 'failed',
    'cancelled', 'timed-out', 'refused', 'unknown')),
  message text not null default '',
  -- `planId:checksum` that this execution must apply (D5).
  approved_plan text,
  -- Set when someone or the deadline wants it ended; the execution ends as `end_as` once its attempt is known to have ended.
  end_as text check (end_as in ('cancelled', 'timed-out')),
  end_reason text,
  -- Job time-out counted from creation: waiting counts too (ES-26).
  deadline_at timestamptz not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((finished_at is null) = (state in ('waiting', 'dispatched', 'running')))
);
create index execution_of_job on execution (job_id, id desc);
create index execution_of_organization on execution (organization_id, id desc);
create index execution_open on execution (environment_id, state) where finished_at is null;

-- One try at an execution on one server. At most one attempt of an execution is open: the index attempt_open is what D10
-- rests on. Times are the hub's.
create table attempt (
  execution_id bigint not null references execution,
  number int not null check (number > 0),
  server_xid bigint not null references environment_server,
  state text not null check (state in ('dispatched', 'running', 'finished', 'lost', 'refused', 'cancelled')),
  placement text not null check (placement in ('pooled', 'pinned')),
  repeatable boolean not null,
  tier text check (tier in ('isolated', 'separate-user', 'none')),
  dispatched_at timestamptz not null,
  accepted_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  -- Before this the hub never starts the next attempt: by then the app of this one has ended, wherever it ran
  -- (executions/leases.ts). Each granted lease moves it on.
  takeover_at timestamptz not null,
  outcome text,
  exit_code int,
  reason text,
  usage jsonb,
  log_seq_last int,
  -- The result as it came, so that the same result again is answered alike and another one is refused.
  result_sha256 bytea,
  primary key (execution_id, number),
  check ((finished_at is null) = (state in ('dispatched', 'running')))
);
create unique index attempt_open on attempt (execution_id) where finished_at is null;
create index attempt_open_of_server on attempt (server_xid) where finished_at is null;

-- Tokens of apps: only hashes (S4). A token is good until expires_at, or dies_at once its successor was used, or until its
-- attempt ends. `renewed_from` names the token that it replaces.
create table execution_token (
  token_sha256 bytea primary key,
  execution_id bigint not null,
  attempt int not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  renewed_from bytea references execution_token,
  first_used_at timestamptz,
  dies_at timestamptz,
  foreign key (execution_id, attempt) references attempt
);
create index execution_token_of_attempt on execution_token (execution_id, attempt);

-- Log lines, in partitions by the day on which the execution was made (not the line's own time: a chunk that is sent twice must
-- meet itself). Partitions `log_line_YYYYMMDD` are made ahead and dropped whole (D14); no foreign key, so that dropping one
-- looks at nothing else.
create table log_line (
  day date not null,
  execution_id bigint not null,
  attempt int not null,
  seq int not null,
  at timestamptz not null,
  stream text not null,
  level text not null,
  text text not null,
  primary key (day, execution_id, attempt, seq)
) partition by range (day);

-- Requests of an attempt's app to the batch API that the hub refused whole (T1): an app may exit 0 all the same. A repetition
-- that is taken, known by its length, takes the row away again.
create table refused_request (
  id bigint generated always as identity primary key,
  execution_id bigint not null,
  attempt int not null,
  at timestamptz not null default now(),
  content_length bigint not null,
  reason text not null,
  foreign key (execution_id, attempt) references attempt
);
create index refused_request_of_attempt on refused_request (execution_id, attempt, content_length);

-- Bytes of log that a server sent on a day, for its quota (S15).
create table server_log_quota (
  server_xid bigint not null references environment_server,
  day date not null,
  bytes bigint not null,
  primary key (server_xid, day)
);

-- The outbox of signed commands (architecture: nothing lost, one effect). A row is due while it is neither acknowledged nor
-- withdrawn, and not past expires_at; it is published again until then. Secrets in `payload` are sealed to the server (D9).
create table command (
  id uuid primary key,
  server_xid bigint not null references environment_server,
  execution_id bigint not null,
  attempt int not null,
  kind text not null check (kind in ('execute', 'cancel')),
  topic text not null,
  payload text not null,
  created_at timestamptz not null default now(),
  next_publish_at timestamptz not null,
  published_at timestamptz,
  publish_count int not null default 0,
  acknowledged_at timestamptz,
  withdrawn_at timestamptz,
  expires_at timestamptz not null,
  foreign key (execution_id, attempt) references attempt
);
create index command_due on command (next_publish_at) where acknowledged_at is null and withdrawn_at is null;
create index command_of_attempt on command (execution_id, attempt);
