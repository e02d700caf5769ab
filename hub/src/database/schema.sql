table api_token
  id bigint not null generated
  organization_id bigint not null
  name text not null
  role text not null
  token_sha256 bytea not null
  created_by text not null
  created_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint api_token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint api_token_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint api_token_pkey PRIMARY KEY (id)
  constraint api_token_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  constraint api_token_token_sha256_key UNIQUE (token_sha256)
  CREATE INDEX api_token_of_organization ON public.api_token USING btree (organization_id)

table app
  id bigint not null generated
  program_name text not null
  kind text not null
  display_name text not null
  installed_at timestamp with time zone not null default now()
  constraint app_kind_check CHECK ((kind = ANY (ARRAY['feed'::text, 'export'::text, 'alerts'::text, 'action'::text, 'tcex'::text])))
  constraint app_pkey PRIMARY KEY (id)
  constraint app_program_name_check CHECK (((length(program_name) >= 1) AND (length(program_name) <= 200)))
  constraint app_program_name_key UNIQUE (program_name)

table app_version
  id bigint not null generated
  app_id bigint not null
  program_version text not null
  package_sha256 text not null
  package_bytes bigint not null
  install_json text not null
  postern_json jsonb
  publisher_key_id text not null
  signature bytea not null
  vouched_by text not null
  installed_at timestamp with time zone not null default now()
  is_current boolean not null default false
  constraint app_version_app_id_fkey FOREIGN KEY (app_id) REFERENCES app(id)
  constraint app_version_app_id_program_version_package_sha256_key UNIQUE (app_id, program_version, package_sha256)
  constraint app_version_package_sha256_fkey FOREIGN KEY (package_sha256) REFERENCES package(sha256)
  constraint app_version_pkey PRIMARY KEY (id)
  constraint app_version_program_version_check CHECK (((length(program_version) >= 1) AND (length(program_version) <= 50)))
  constraint app_version_publisher_key_id_check CHECK ((publisher_key_id ~ '^[0-9a-f]{16}$'::text))
  CREATE UNIQUE INDEX app_version_current ON public.app_version USING btree (app_id) WHERE is_current

table attempt
  execution_id bigint not null
  number integer not null
  server_xid bigint not null
  state text not null
  placement text not null
  repeatable boolean not null
  tier text
  dispatched_at timestamp with time zone not null
  accepted_at timestamp with time zone
  started_at timestamp with time zone
  finished_at timestamp with time zone
  lease_granted_at timestamp with time zone not null
  outcome text
  exit_code integer
  reason text
  usage jsonb
  log_seq_last integer
  result_sha256 bytea
  constraint attempt_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['dispatched'::text, 'running'::text]))))
  constraint attempt_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES execution(id)
  constraint attempt_number_check CHECK ((number > 0))
  constraint attempt_pkey PRIMARY KEY (execution_id, number)
  constraint attempt_placement_check CHECK ((placement = ANY (ARRAY['pooled'::text, 'pinned'::text])))
  constraint attempt_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid)
  constraint attempt_state_check CHECK ((state = ANY (ARRAY['dispatched'::text, 'running'::text, 'finished'::text, 'lost'::text, 'refused'::text, 'cancelled'::text])))
  constraint attempt_tier_check CHECK ((tier = ANY (ARRAY['isolated'::text, 'separate-user'::text, 'none'::text])))
  CREATE INDEX attempt_open_of_server ON public.attempt USING btree (server_xid) WHERE (finished_at IS NULL)
  CREATE UNIQUE INDEX attempt_open ON public.attempt USING btree (execution_id) WHERE (finished_at IS NULL)

table audit_event
  id bigint not null generated
  at timestamp with time zone not null default now()
  organization_id bigint
  actor_kind text not null
  actor_name text not null
  action text not null
  subject text not null
  detail jsonb not null default '{}'::jsonb
  address text
  constraint audit_event_pkey PRIMARY KEY (id)
  CREATE INDEX audit_event_of_organization ON public.audit_event USING btree (organization_id, id DESC)

table command
  id uuid not null
  server_xid bigint not null
  execution_id bigint not null
  attempt integer not null
  kind text not null
  topic text not null
  payload text not null
  created_at timestamp with time zone not null default now()
  next_publish_at timestamp with time zone not null
  published_at timestamp with time zone
  publish_count integer not null default 0
  acknowledged_at timestamp with time zone
  withdrawn_at timestamp with time zone
  expires_at timestamp with time zone not null
  constraint command_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint command_kind_check CHECK ((kind = ANY (ARRAY['execute'::text, 'cancel'::text])))
  constraint command_pkey PRIMARY KEY (id)
  constraint command_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid)
  CREATE INDEX command_due ON public.command USING btree (next_publish_at) WHERE ((acknowledged_at IS NULL) AND (withdrawn_at IS NULL))
  CREATE INDEX command_of_attempt ON public.command USING btree (execution_id, attempt)

table control
  id bigint not null generated
  organization_id bigint not null
  name text not null
  program_name text not null
  highest_tlp text not null default 'AMBER'::text
  created_at timestamp with time zone not null default now()
  constraint control_highest_tlp_check CHECK ((highest_tlp = ANY (ARRAY['CLEAR'::text, 'GREEN'::text, 'AMBER'::text, 'AMBER+STRICT'::text, 'RED'::text])))
  constraint control_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint control_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint control_organization_id_name_key UNIQUE (organization_id, name)
  constraint control_pkey PRIMARY KEY (id)

table environment
  id bigint not null generated
  organization_id bigint not null
  name text not null
  created_at timestamp with time zone not null default now()
  deleted_at timestamp with time zone
  constraint environment_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint environment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint environment_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX environment_by_name ON public.environment USING btree (organization_id, name) WHERE (deleted_at IS NULL)

table environment_server
  server_xid bigint not null generated
  environment_id bigint not null
  name text not null
  downloaded_by text not null
  downloaded_at timestamp with time zone not null default now()
  enrolment_token_sha256 bytea
  enrolment_expires_at timestamp with time zone
  enrolled_at timestamp with time zone
  enrolled_from text
  key_fingerprint text
  public_key_pem text
  sealing_public_key bytea
  certificate_serial text
  broker_token_sha256 bytea
  delivery_token_sha256 bytea
  confirmed_at timestamp with time zone
  confirmed_by text
  revoked_at timestamp with time zone
  last_heartbeat_at timestamp with time zone
  protocol_version integer
  reported jsonb not null default '{}'::jsonb
  constraint environment_server_check CHECK (((enrolled_at IS NULL) OR ((public_key_pem IS NOT NULL) AND (sealing_public_key IS NOT NULL))))
  constraint environment_server_check1 CHECK (((confirmed_at IS NULL) OR (enrolled_at IS NOT NULL)))
  constraint environment_server_delivery_token_sha256_key UNIQUE (delivery_token_sha256)
  constraint environment_server_enrolment_token_sha256_key UNIQUE (enrolment_token_sha256)
  constraint environment_server_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint environment_server_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint environment_server_pkey PRIMARY KEY (server_xid)
  constraint environment_server_sealing_public_key_check CHECK ((length(sealing_public_key) = 32))
  CREATE INDEX environment_server_of_environment ON public.environment_server USING btree (environment_id)

table execution
  id bigint not null generated
  organization_id bigint not null
  job_id bigint not null
  app_version_id bigint not null
  environment_id bigint not null
  trigger text not null
  started_by text not null
  state text not null default 'waiting'::text
  message text not null default ''::text
  approved_plan text
  cancel_reason text
  deadline_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  started_at timestamp with time zone
  finished_at timestamp with time zone
  constraint execution_app_version_id_fkey FOREIGN KEY (app_version_id) REFERENCES app_version(id)
  constraint execution_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text]))))
  constraint execution_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint execution_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id)
  constraint execution_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint execution_pkey PRIMARY KEY (id)
  constraint execution_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text, 'succeeded'::text, 'partial'::text, 'failed'::text, 'cancelled'::text, 'timed-out'::text, 'refused'::text, 'unknown'::text])))
  constraint execution_trigger_check CHECK ((trigger = ANY (ARRAY['run-now'::text, 'schedule'::text, 'approval'::text])))
  CREATE INDEX execution_of_job ON public.execution USING btree (job_id, id DESC)
  CREATE INDEX execution_of_organization ON public.execution USING btree (organization_id, id DESC)
  CREATE INDEX execution_open ON public.execution USING btree (environment_id, state) WHERE (finished_at IS NULL)

table execution_token
  token_sha256 bytea not null
  execution_id bigint not null
  attempt integer not null
  issued_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  renewed_from bytea
  first_used_at timestamp with time zone
  dies_at timestamp with time zone
  constraint execution_token_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint execution_token_pkey PRIMARY KEY (token_sha256)
  constraint execution_token_renewed_from_fkey FOREIGN KEY (renewed_from) REFERENCES execution_token(token_sha256)
  CREATE INDEX execution_token_of_attempt ON public.execution_token USING btree (execution_id, attempt)

table job
  id bigint not null generated
  organization_id bigint not null
  name text not null
  app_id bigint not null
  environment_id bigint not null
  parameters jsonb not null default '{}'::jsonb
  owner_id bigint
  control_id bigint
  mode text not null default 'apply-when-guards-pass'::text
  cron text
  time_zone text
  next_run_at timestamp with time zone
  timeout_seconds integer not null
  enabled boolean not null default true
  created_at timestamp with time zone not null default now()
  deleted_at timestamp with time zone
  constraint job_app_id_fkey FOREIGN KEY (app_id) REFERENCES app(id)
  constraint job_check CHECK (((cron IS NULL) = (time_zone IS NULL)))
  constraint job_check1 CHECK (((next_run_at IS NULL) OR ((cron IS NOT NULL) AND enabled AND (deleted_at IS NULL))))
  constraint job_control_id_fkey FOREIGN KEY (control_id) REFERENCES control(id)
  constraint job_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint job_mode_check CHECK ((mode = ANY (ARRAY['apply-when-guards-pass'::text, 'always-ask'::text])))
  constraint job_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint job_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint job_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint job_pkey PRIMARY KEY (id)
  constraint job_timeout_seconds_check CHECK (((timeout_seconds >= 1) AND (timeout_seconds <= 604800)))
  CREATE INDEX job_due ON public.job USING btree (next_run_at) WHERE (next_run_at IS NOT NULL)
  CREATE INDEX job_of_app ON public.job USING btree (app_id) WHERE (deleted_at IS NULL)
  CREATE INDEX job_of_environment ON public.job USING btree (environment_id) WHERE (deleted_at IS NULL)
  CREATE UNIQUE INDEX job_by_name ON public.job USING btree (organization_id, name) WHERE (deleted_at IS NULL)

table job_kept_value
  job_id bigint not null
  name text not null
  value text not null
  execution_id bigint not null
  kept_at timestamp with time zone not null default now()
  constraint job_kept_value_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint job_kept_value_pkey PRIMARY KEY (job_id, name)

table job_readable_owner
  job_id bigint not null
  owner_id bigint not null
  constraint job_readable_owner_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint job_readable_owner_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id) ON DELETE CASCADE
  constraint job_readable_owner_pkey PRIMARY KEY (job_id, owner_id)

table job_secret
  job_id bigint not null
  name text not null
  sealed bytea not null
  constraint job_secret_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint job_secret_pkey PRIMARY KEY (job_id, name)

table log_line
  day date not null
  execution_id bigint not null
  attempt integer not null
  seq integer not null
  at timestamp with time zone not null
  stream text not null
  level text not null
  text text not null
  constraint log_line_pkey PRIMARY KEY (day, execution_id, attempt, seq)

table organization
  id bigint not null generated
  name text not null
  created_at timestamp with time zone not null default now()
  constraint organization_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint organization_name_key UNIQUE (name)
  constraint organization_pkey PRIMARY KEY (id)

table owner
  id bigint not null generated
  organization_id bigint not null
  name text not null
  kind text not null default 'Source'::text
  created_at timestamp with time zone not null default now()
  constraint owner_kind_check CHECK ((kind = ANY (ARRAY['Organization'::text, 'Community'::text, 'Source'::text])))
  constraint owner_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint owner_name_key UNIQUE (name)
  constraint owner_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint owner_pkey PRIMARY KEY (id)
  CREATE INDEX owner_of_organization ON public.owner USING btree (organization_id)

table package
  sha256 text not null
  bytes bigint not null
  created_at timestamp with time zone not null default now()
  constraint package_bytes_check CHECK ((bytes > 0))
  constraint package_pkey PRIMARY KEY (sha256)
  constraint package_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))

table package_chunk
  sha256 text not null
  number integer not null
  content bytea not null
  constraint package_chunk_content_check CHECK (((length(content) >= 1) AND (length(content) <= 1048576)))
  constraint package_chunk_number_check CHECK ((number >= 0))
  constraint package_chunk_pkey PRIMARY KEY (sha256, number)
  constraint package_chunk_sha256_fkey FOREIGN KEY (sha256) REFERENCES package(sha256) ON DELETE CASCADE

table schema_migration
  number integer not null
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_migration_pkey PRIMARY KEY (number)

table server_log_quota
  server_xid bigint not null
  day date not null
  bytes bigint not null
  constraint server_log_quota_pkey PRIMARY KEY (server_xid, day)
  constraint server_log_quota_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid)

table session
  token_sha256 bytea not null
  user_id bigint not null
  created_at timestamp with time zone not null default now()
  last_used_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  address text
  constraint session_pkey PRIMARY KEY (token_sha256)
  constraint session_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE
  CREATE INDEX session_by_expiry ON public.session USING btree (expires_at)
  CREATE INDEX session_of_user ON public.session USING btree (user_id)

table setting
  name text not null
  value jsonb not null
  changed_at timestamp with time zone not null default now()
  constraint setting_pkey PRIMARY KEY (name)

table setup_link
  token_sha256 bytea not null
  created_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint setup_link_pkey PRIMARY KEY (token_sha256)

table sign_in_failure
  subject text not null
  at timestamp with time zone not null default now()
  CREATE INDEX sign_in_failure_by_subject ON public.sign_in_failure USING btree (subject, at)

table signing_key
  id text not null
  purpose text not null
  public_pem text not null
  certificate_pem text
  sealed_private bytea not null
  created_at timestamp with time zone not null default now()
  retired_at timestamp with time zone
  constraint signing_key_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text))
  constraint signing_key_pkey PRIMARY KEY (id)
  constraint signing_key_purpose_check CHECK ((purpose = ANY (ARRAY['ca'::text, 'command'::text, 'publisher'::text, 'release'::text, 'token'::text])))
  CREATE UNIQUE INDEX signing_key_current ON public.signing_key USING btree (purpose) WHERE (retired_at IS NULL)

table skipped_run
  job_id bigint not null
  due_at timestamp with time zone not null
  reason text not null
  times integer not null default 1
  constraint skipped_run_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint skipped_run_pkey PRIMARY KEY (job_id, due_at)
  constraint skipped_run_reason_check CHECK ((reason = ANY (ARRAY['overlap'::text, 'misfire'::text])))

table user_account
  id bigint not null generated
  organization_id bigint not null
  username text not null
  role text not null
  password_hash text not null
  created_at timestamp with time zone not null default now()
  disabled_at timestamp with time zone
  constraint user_account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint user_account_pkey PRIMARY KEY (id)
  constraint user_account_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  CREATE INDEX user_account_of_organization ON public.user_account USING btree (organization_id)
  CREATE UNIQUE INDEX user_account_by_username ON public.user_account USING btree (lower(username))
