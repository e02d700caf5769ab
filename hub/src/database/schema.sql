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
  user_id bigint
  constraint api_token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint api_token_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint api_token_pkey PRIMARY KEY (id)
  constraint api_token_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  constraint api_token_token_sha256_key UNIQUE (token_sha256)
  constraint api_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id)
  CREATE INDEX api_token_of_organization ON public.api_token USING btree (organization_id)
  CREATE INDEX api_token_of_user ON public.api_token USING btree (user_id) WHERE (revoked_at IS NULL)

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

table assertion
  indicator_id uuid not null
  owner_id bigint not null
  id bigint not null generated
  digest uuid
  rating real
  confidence smallint
  active boolean not null
  private boolean not null
  status text not null
  tags text[] not null
  labels text[] not null
  tlp smallint
  first_seen timestamp with time zone
  last_seen timestamp with time zone
  expires timestamp with time zone
  detail jsonb
  added_at timestamp with time zone not null
  modified_at timestamp with time zone not null
  said jsonb
  stated_at timestamp with time zone
  next_change_at timestamp with time zone
  constraint assertion_confidence_check CHECK (((confidence >= 0) AND (confidence <= 100)))
  constraint assertion_id_key UNIQUE (id)
  constraint assertion_pkey PRIMARY KEY (indicator_id, owner_id)
  constraint assertion_rating_check CHECK (((rating >= (0)::double precision) AND (rating <= (5)::double precision)))
  constraint assertion_status CHECK ((status = ANY (ARRAY['Active'::text, 'Review'::text, 'Expired'::text, 'Indirect'::text, 'Whitelisted'::text])))
  constraint assertion_tlp_check CHECK (((tlp >= 0) AND (tlp <= 4)))
  CREATE INDEX assertion_by_owner_and_date ON public.assertion USING brin (owner_id int8_minmax_multi_ops, added_at, modified_at) WITH (pages_per_range='32', autosummarize='on')
  CREATE INDEX assertion_by_tag ON public.assertion USING gin (tags) WITH (gin_pending_list_limit='131072')
  CREATE INDEX assertion_due ON public.assertion USING btree (next_change_at) WHERE (next_change_at IS NOT NULL)

table assertion_attribute
  id bigint not null generated
  indicator_id uuid not null
  owner_id bigint not null
  type text not null
  value text not null
  source text
  displayed boolean not null
  pinned boolean not null
  added_at timestamp with time zone not null default now()
  constraint assertion_attribute_pkey PRIMARY KEY (id)
  CREATE INDEX assertion_attribute_of_assertion ON public.assertion_attribute USING btree (indicator_id, owner_id)

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
  takeover_at timestamp with time zone not null
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
  CREATE INDEX attempt_finished_of_server ON public.attempt USING btree (server_xid, finished_at) WHERE (finished_at IS NOT NULL)
  CREATE INDEX attempt_open_of_server ON public.attempt USING btree (server_xid) WHERE (finished_at IS NULL)
  CREATE UNIQUE INDEX attempt_open ON public.attempt USING btree (execution_id) WHERE (finished_at IS NULL)

table attempt_signature
  execution_id bigint not null
  attempt integer not null
  key_fingerprint text not null
  outcome text not null
  written jsonb not null
  signature bytea not null
  received_at timestamp with time zone not null
  constraint attempt_signature_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint attempt_signature_pkey PRIMARY KEY (execution_id, attempt)

table attribute_type
  id bigint not null generated
  organization_id bigint not null
  name text not null
  description text
  indicator_types text[]
  group_types text[]
  length_max integer not null default 100000
  pattern text
  choices text[]
  created_at timestamp with time zone not null default now()
  constraint attribute_type_length_max_check CHECK (((length_max >= 1) AND (length_max <= 100000)))
  constraint attribute_type_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
  constraint attribute_type_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint attribute_type_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX attribute_type_by_name ON public.attribute_type USING btree (organization_id, lower(name))

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
  CREATE INDEX audit_event_of_hub_keys ON public.audit_event USING btree (at) WHERE (action = ANY (ARRAY['hub-key.rotate'::text, 'hub-key.revoke'::text]))
  CREATE INDEX audit_event_of_organization ON public.audit_event USING btree (organization_id, id DESC)

table batch
  id bigint not null generated
  organization_id bigint not null
  owner_id bigint not null
  execution_id bigint
  sent_by text not null
  state text not null
  action text not null
  config jsonb not null
  content_sha256 bytea
  item_count integer not null default 0
  created integer not null default 0
  updated integer not null default 0
  unchanged integer not null default 0
  deleted integer not null default 0
  refused integer not null default 0
  partial integer not null default 0
  unprocessed integer not null default 0
  groups_created integer not null default 0
  groups_updated integer not null default 0
  groups_unchanged integer not null default 0
  groups_deleted integer not null default 0
  groups_refused integer not null default 0
  associations integer not null default 0
  associations_refused integer not null default 0
  created_at timestamp with time zone not null default now()
  completed_at timestamp with time zone
  attempt integer
  constraint batch_action_check CHECK ((action = ANY (ARRAY['Create'::text, 'Delete'::text])))
  constraint batch_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES execution(id)
  constraint batch_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint batch_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint batch_pkey PRIMARY KEY (id)
  constraint batch_state_check CHECK ((state = ANY (ARRAY['created'::text, 'completed'::text])))
  CREATE INDEX batch_by_completion ON public.batch USING btree (owner_id, completed_at)
  CREATE INDEX batch_never_uploaded ON public.batch USING btree (created_at) WHERE (state = 'created'::text)
  CREATE INDEX batch_of_execution ON public.batch USING btree (execution_id, id)
  CREATE INDEX batch_of_organization ON public.batch USING btree (organization_id, id)

table batch_item_block
  batch_id bigint not null
  outcome text not null
  number integer not null
  item_count integer not null
  has_reason boolean not null
  items bytea not null
  constraint batch_item_block_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batch(id) ON DELETE CASCADE
  constraint batch_item_block_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'updated'::text, 'unchanged'::text, 'deleted'::text, 'refused'::text])))
  constraint batch_item_block_pkey PRIMARY KEY (batch_id, outcome, number)

table collection
  id bigint not null generated
  organization_id bigint not null
  name text not null
  tql text not null
  freshness_seconds integer not null
  version integer not null default 0
  member_count bigint not null default 0
  change_last bigint not null default 0
  refreshed_at timestamp with time zone
  created_at timestamp with time zone not null default now()
  refresh_failed_at timestamp with time zone
  description text
  made_by text
  is_shared boolean not null default true
  changed_at timestamp with time zone not null default now()
  maker text
  removed_at timestamp with time zone
  query_changed_by text
  query_changed_at timestamp with time zone
  constraint collection_freshness_seconds_check CHECK ((freshness_seconds > 0))
  constraint collection_of_somebody CHECK ((is_shared OR (maker IS NOT NULL)))
  constraint collection_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint collection_organization_id_name_key UNIQUE (organization_id, name)
  constraint collection_pkey PRIMARY KEY (id)
  CREATE INDEX collection_by_refresh ON public.collection USING btree (refreshed_at)

table collection_change
  collection_id bigint not null
  number bigint not null
  version integer not null
  indicator_id uuid not null
  change text not null
  constraint collection_change_change_check CHECK ((change = ANY (ARRAY['entered'::text, 'departed'::text, 'changed'::text])))
  constraint collection_change_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id) ON DELETE CASCADE
  constraint collection_change_pkey PRIMARY KEY (collection_id, number)
  CREATE INDEX collection_change_of_version ON public.collection_change USING btree (collection_id, version)

table collection_member
  collection_id bigint not null
  indicator_id uuid not null
  from_version integer not null
  until_version integer
  tlp smallint
  active boolean not null
  excluded boolean not null default false
  constraint collection_member_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id) ON DELETE CASCADE
  constraint collection_member_pkey PRIMARY KEY (collection_id, indicator_id, from_version)
  constraint collection_member_tlp_check CHECK (((tlp >= 0) AND (tlp <= 4)))
  CREATE INDEX collection_member_left_out ON public.collection_member USING btree (collection_id, indicator_id) WHERE ((until_version IS NULL) AND (excluded OR (NOT active) OR (tlp > 2)))
  CREATE INDEX collection_member_past ON public.collection_member USING btree (collection_id, until_version) WHERE (until_version IS NOT NULL)
  CREATE UNIQUE INDEX collection_member_now ON public.collection_member USING btree (collection_id, indicator_id) WHERE (until_version IS NULL)

table collection_pending
  id bigint not null generated
  organization_id bigint not null
  indicator_ids uuid[] not null
  constraint collection_pending_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint collection_pending_pkey PRIMARY KEY (id)
  CREATE INDEX collection_pending_of_organization ON public.collection_pending USING btree (organization_id, id)

table collection_version
  collection_id bigint not null
  version integer not null
  member_count bigint not null
  entered bigint not null
  departed bigint not null
  made_at timestamp with time zone not null
  changed bigint not null default 0
  changed_query text
  query_changed_by text
  query_changed_at timestamp with time zone
  constraint collection_version_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id) ON DELETE CASCADE
  constraint collection_version_pkey PRIMARY KEY (collection_id, version)
  CREATE INDEX collection_version_by_age ON public.collection_version USING btree (made_at)

table command
  id uuid not null
  server_xid bigint not null
  execution_id bigint
  attempt integer
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
  constraint command_kind_check CHECK ((kind = ANY (ARRAY['execute'::text, 'cancel'::text, 'configure'::text, 'narrow-policy'::text])))
  constraint command_of_attempt_check CHECK (((kind = ANY (ARRAY['execute'::text, 'cancel'::text])) = ((execution_id IS NOT NULL) AND (attempt IS NOT NULL))))
  constraint command_pkey PRIMARY KEY (id)
  constraint command_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid)
  CREATE INDEX command_due ON public.command USING btree (next_publish_at) WHERE ((acknowledged_at IS NULL) AND (withdrawn_at IS NULL))
  CREATE INDEX command_of_attempt ON public.command USING btree (execution_id, attempt)

table configure_request
  command_id uuid not null
  server_xid bigint not null
  settings jsonb
  requested_by text not null
  requested_at timestamp with time zone not null
  outcome text
  detail text not null default ''::text
  answered_at timestamp with time zone
  narrowing jsonb
  constraint configure_request_check CHECK (((outcome IS NULL) = (answered_at IS NULL)))
  constraint configure_request_command_id_fkey FOREIGN KEY (command_id) REFERENCES command(id)
  constraint configure_request_of_one_kind_check CHECK (((settings IS NULL) <> (narrowing IS NULL)))
  constraint configure_request_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'refused'::text])))
  constraint configure_request_pkey PRIMARY KEY (command_id)
  constraint configure_request_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid) ON DELETE CASCADE
  CREATE INDEX configure_request_of_server ON public.configure_request USING btree (server_xid, requested_at DESC)

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

table control_value
  control_id bigint not null
  target text not null
  indicator_id uuid not null
  state text not null
  since timestamp with time zone not null
  receipt_id bigint not null
  reason text
  constraint control_value_pkey PRIMARY KEY (control_id, target, indicator_id)
  constraint control_value_reason_check CHECK ((length(reason) <= 500))
  constraint control_value_state_check CHECK ((state = ANY (ARRAY['held'::text, 'missing'::text, 'extra'::text, 'refused'::text, 'pending'::text, 'unverifiable'::text, 'left-out'::text])))
  CREATE INDEX control_value_of_indicator ON public.control_value USING btree (indicator_id)

table decision
  organization_id bigint not null
  indicator_id uuid not null
  status text
  rating real
  confidence smallint
  expires timestamp with time zone
  reason text not null
  decided_by text not null
  decided_at timestamp with time zone not null
  until timestamp with time zone
  constraint decision_confidence_check CHECK (((confidence >= 0) AND (confidence <= 100)))
  constraint decision_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint decision_pkey PRIMARY KEY (organization_id, indicator_id)
  constraint decision_rating_check CHECK (((rating >= (0)::double precision) AND (rating <= (5)::double precision)))
  constraint decision_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000)))
  constraint decision_status_check CHECK ((status = ANY (ARRAY['Active'::text, 'Review'::text, 'Expired'::text, 'Indirect'::text, 'Whitelisted'::text])))
  CREATE INDEX decision_by_end ON public.decision USING btree (until) WHERE (until IS NOT NULL)

table deprecation_rule
  owner_id bigint not null
  indicator_type text not null
  interval_hours integer not null
  amount smallint not null
  is_percent boolean not null
  confidence_start smallint not null default 100
  at_minimum text not null
  changed_at timestamp with time zone not null default now()
  gives_confidence boolean not null default false
  constraint deprecation_rule_amount_check CHECK (((amount >= 1) AND (amount <= 100)))
  constraint deprecation_rule_at_minimum_check CHECK ((at_minimum = ANY (ARRAY['nothing'::text, 'inactive'::text, 'delete'::text])))
  constraint deprecation_rule_confidence_start_check CHECK (((confidence_start >= 1) AND (confidence_start <= 100)))
  constraint deprecation_rule_interval_hours_check CHECK (((interval_hours >= 1) AND (interval_hours <= 87600)))
  constraint deprecation_rule_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id) ON DELETE CASCADE
  constraint deprecation_rule_pkey PRIMARY KEY (owner_id, indicator_type)

table earlier_signature
  app_version_id bigint not null
  publisher_key_id text not null
  signature bytea not null
  constraint earlier_signature_app_version_id_fkey FOREIGN KEY (app_version_id) REFERENCES app_version(id) ON DELETE CASCADE
  constraint earlier_signature_pkey PRIMARY KEY (app_version_id, publisher_key_id)
  constraint earlier_signature_publisher_key_id_fkey FOREIGN KEY (publisher_key_id) REFERENCES signing_key(id)

table environment
  id bigint not null generated
  organization_id bigint not null
  name text not null
  created_at timestamp with time zone not null default now()
  deleted_at timestamp with time zone
  owner_id bigint
  on_hub boolean not null default false
  allow_inspected_tls boolean not null default false
  constraint environment_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint environment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint environment_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint environment_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX environment_by_name ON public.environment USING btree (organization_id, name) WHERE (deleted_at IS NULL)

table environment_move
  token_sha256 bytea not null
  environment_id bigint not null
  downloaded_by text not null
  downloaded_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  server_xid bigint
  constraint environment_move_check CHECK (((used_at IS NULL) = (server_xid IS NULL)))
  constraint environment_move_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint environment_move_pkey PRIMARY KEY (token_sha256)
  constraint environment_move_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid) ON DELETE CASCADE
  CREATE INDEX environment_move_of_end ON public.environment_move USING btree (expires_at)
  CREATE INDEX environment_move_of_environment ON public.environment_move USING btree (environment_id)

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
  locked_token_sha256 bytea
  locked_said_at timestamp with time zone
  drained_at timestamp with time zone
  drained_by text
  enrols_anew boolean not null default false
  certificate_expires_at timestamp with time zone
  renewed_certificate_serial text
  renewed_certificate_expires_at timestamp with time zone
  platform text
  constraint environment_server_check CHECK (((enrolled_at IS NULL) OR ((public_key_pem IS NOT NULL) AND (sealing_public_key IS NOT NULL))))
  constraint environment_server_check1 CHECK (((confirmed_at IS NULL) OR (enrolled_at IS NOT NULL)))
  constraint environment_server_delivery_token_sha256_key UNIQUE (delivery_token_sha256)
  constraint environment_server_enrolment_token_sha256_key UNIQUE (enrolment_token_sha256)
  constraint environment_server_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint environment_server_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint environment_server_pkey PRIMARY KEY (server_xid)
  constraint environment_server_sealing_public_key_check CHECK ((length(sealing_public_key) = 32))
  constraint renewed_certificate_whole_check CHECK (((renewed_certificate_serial IS NULL) = (renewed_certificate_expires_at IS NULL)))
  CREATE INDEX environment_server_by_expiry ON public.environment_server USING btree (certificate_expires_at) WHERE ((certificate_expires_at IS NOT NULL) AND (revoked_at IS NULL))
  CREATE INDEX environment_server_of_environment ON public.environment_server USING btree (environment_id)

table environment_server_settings
  server_xid bigint not null
  settings jsonb not null
  reported_at timestamp with time zone not null
  policy jsonb
  command_keys text[]
  publisher_keys text[]
  release_keys text[]
  constraint environment_server_settings_pkey PRIMARY KEY (server_xid)
  constraint environment_server_settings_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid) ON DELETE CASCADE

table excluded_indicator
  organization_id bigint not null
  indicator_id uuid not null
  list_id bigint not null
  entry text not null
  blocks_export boolean not null
  found_at timestamp with time zone not null default now()
  constraint excluded_indicator_list_id_fkey FOREIGN KEY (list_id) REFERENCES exclusion_list(id) ON DELETE CASCADE
  constraint excluded_indicator_pkey PRIMARY KEY (organization_id, indicator_id, list_id)
  CREATE INDEX excluded_indicator_by_list ON public.excluded_indicator USING btree (list_id, indicator_id)

table exclusion_entry
  list_id bigint not null
  number integer not null
  entry text not null
  note text
  constraint exclusion_entry_entry_check CHECK (((length(entry) >= 1) AND (length(entry) <= 2000)))
  constraint exclusion_entry_list_id_fkey FOREIGN KEY (list_id) REFERENCES exclusion_list(id) ON DELETE CASCADE
  constraint exclusion_entry_pkey PRIMARY KEY (list_id, number)

table exclusion_list
  id bigint not null generated
  organization_id bigint not null
  name text not null
  description text
  kind text not null
  matching text not null
  indicator_types text[]
  mode text not null
  at_import boolean not null
  at_export boolean not null
  is_enabled boolean not null default true
  misp_version bigint
  entry_count integer not null default 0
  character_count bigint not null default 0
  pattern_count integer not null default 0
  revision bigint not null default 1
  changed_at timestamp with time zone not null default now()
  constraint exclusion_list_check CHECK (((kind <> 'protected'::text) OR ((mode = 'block'::text) AND at_export)))
  constraint exclusion_list_kind_check CHECK ((kind = ANY (ARRAY['own'::text, 'protected'::text, 'misp'::text])))
  constraint exclusion_list_matching_check CHECK ((matching = ANY (ARRAY['value'::text, 'string'::text, 'substring'::text, 'hostname'::text, 'cidr'::text, 'regex'::text])))
  constraint exclusion_list_mode_check CHECK ((mode = ANY (ARRAY['inform'::text, 'block'::text])))
  constraint exclusion_list_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
  constraint exclusion_list_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint exclusion_list_organization_id_name_key UNIQUE (organization_id, name)
  constraint exclusion_list_pkey PRIMARY KEY (id)

table exclusion_pass
  organization_id bigint not null
  wanted_revision bigint not null default 0
  revision bigint not null default 0
  after_id uuid
  started_at timestamp with time zone
  finished_at timestamp with time zone
  constraint exclusion_pass_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint exclusion_pass_pkey PRIMARY KEY (organization_id)

table exclusion_pending
  id bigint not null generated
  organization_id bigint not null
  indicator_ids uuid[] not null
  constraint exclusion_pending_pkey PRIMARY KEY (id)

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
  end_as text
  end_reason text
  deadline_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  started_at timestamp with time zone
  finished_at timestamp with time zone
  retry_at timestamp with time zone
  constraint execution_app_version_id_fkey FOREIGN KEY (app_version_id) REFERENCES app_version(id)
  constraint execution_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text]))))
  constraint execution_end_as_check CHECK ((end_as = ANY (ARRAY['cancelled'::text, 'timed-out'::text])))
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

table execution_unmapped
  execution_id bigint not null
  organization_id bigint not null
  number integer not null
  what text not null
  reason text not null
  count bigint not null
  examples text[] not null
  constraint execution_unmapped_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES execution(id)
  constraint execution_unmapped_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint execution_unmapped_pkey PRIMARY KEY (execution_id, number)

table false_positive
  id bigint not null generated
  organization_id bigint not null
  indicator_id uuid not null
  reported_by text not null
  reported_on date not null
  note text
  reported_at timestamp with time zone not null
  constraint false_positive_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint false_positive_organization_id_indicator_id_reported_by_rep_key UNIQUE (organization_id, indicator_id, reported_by, reported_on)
  constraint false_positive_pkey PRIMARY KEY (id)
  CREATE INDEX false_positive_of_indicator ON public.false_positive USING btree (indicator_id, reported_at)

table firewall_list
  id bigint not null generated
  organization_id bigint not null
  name text not null
  collection_id bigint not null
  format text not null
  indicator_types text[]
  tlp_max smallint not null default 2
  values_max integer
  shrink_percent_max smallint not null default 50
  is_public boolean not null default false
  open_networks cidr[] not null default '{}'::cidr[]
  served_version integer
  served_count bigint
  served_since timestamp with time zone
  served_text_id bigint
  held_version integer
  held_reason text
  held_text_id bigint
  considered_version integer not null default 0
  considered_at timestamp with time zone
  considered_ms integer not null default 0
  created_at timestamp with time zone not null default now()
  changed_at timestamp with time zone not null default now()
  ipv4_prefix_min smallint not null default 16
  ipv6_prefix_min smallint not null default 32
  constraint firewall_list_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id)
  constraint firewall_list_ipv4_prefix_min_check CHECK (((ipv4_prefix_min >= 0) AND (ipv4_prefix_min <= 32)))
  constraint firewall_list_ipv6_prefix_min_check CHECK (((ipv6_prefix_min >= 0) AND (ipv6_prefix_min <= 128)))
  constraint firewall_list_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'::text))
  constraint firewall_list_name_key UNIQUE (name)
  constraint firewall_list_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint firewall_list_pkey PRIMARY KEY (id)
  constraint firewall_list_shrink_percent_max_check CHECK (((shrink_percent_max >= 0) AND (shrink_percent_max <= 100)))
  constraint firewall_list_tlp_max_check CHECK (((tlp_max >= 0) AND (tlp_max <= 4)))
  constraint firewall_list_values_max_check CHECK ((values_max > 0))
  CREATE INDEX firewall_list_of_collection ON public.firewall_list USING btree (collection_id)

table group_attribute
  id bigint not null generated
  group_id bigint not null
  type text not null
  value text not null
  source text
  displayed boolean not null
  pinned boolean not null
  added_at timestamp with time zone not null default now()
  constraint group_attribute_group_id_fkey FOREIGN KEY (group_id) REFERENCES library_group(id) ON DELETE CASCADE
  constraint group_attribute_pkey PRIMARY KEY (id)
  CREATE INDEX group_attribute_of_group ON public.group_attribute USING btree (group_id)

table group_link
  group_id bigint not null
  linked_id bigint not null
  added_at timestamp with time zone not null default now()
  kind text not null default 'related-to'::text
  owner_id bigint
  constraint group_link_group_id_fkey FOREIGN KEY (group_id) REFERENCES library_group(id) ON DELETE CASCADE
  constraint group_link_linked_id_fkey FOREIGN KEY (linked_id) REFERENCES library_group(id) ON DELETE CASCADE
  constraint group_link_pkey PRIMARY KEY (group_id, linked_id, kind)
  CREATE INDEX group_link_reverse ON public.group_link USING btree (linked_id)

table indicator
  id uuid not null
  type text not null
  value text not null
  canonical_version smallint not null
  constraint indicator_pkey PRIMARY KEY (id)
  CREATE INDEX indicator_by_value_trigram ON public.indicator USING gin (value gin_trgm_ops) WITH (gin_pending_list_limit='131072') WHERE (type <> ALL (ARRAY['Address'::text, 'File'::text, 'ASN'::text, 'CIDR'::text]))
  CREATE INDEX indicator_of_bare_host ON public.indicator USING btree (bare_host(value)) WHERE ((type = 'URL'::text) AND (split_part(value, '/'::text, 4) = ''::text))
  CREATE INDEX indicator_of_rare_type ON public.indicator USING btree (type) WHERE (type <> ALL (ARRAY['Address'::text, 'File'::text, 'Host'::text, 'URL'::text]))

table indicator_group
  indicator_id uuid not null
  owner_id bigint not null
  group_id bigint not null
  added_at timestamp with time zone not null default now()
  constraint indicator_group_group_id_fkey FOREIGN KEY (group_id) REFERENCES library_group(id) ON DELETE CASCADE
  constraint indicator_group_pkey PRIMARY KEY (indicator_id, owner_id, group_id)
  CREATE INDEX indicator_group_of_group ON public.indicator_group USING btree (group_id)

table indicator_link
  indicator_id uuid not null
  owner_id bigint not null
  linked_id uuid not null
  kind text not null
  added_at timestamp with time zone not null default now()
  taken_back_at timestamp with time zone
  taken_back_by text
  constraint indicator_link_check CHECK ((indicator_id < linked_id))
  constraint indicator_link_pkey PRIMARY KEY (indicator_id, owner_id, linked_id, kind)
  CREATE INDEX indicator_link_reverse ON public.indicator_link USING btree (linked_id, owner_id)
  CREATE INDEX indicator_link_taken_back ON public.indicator_link USING btree (owner_id) WHERE (taken_back_at IS NOT NULL)

table indicator_view
  organization_id bigint not null
  indicator_id uuid not null
  rating real
  confidence smallint
  active boolean not null
  tlp smallint
  owner_ids bigint[] not null
  tags text[] not null
  added_at timestamp with time zone not null
  modified_at timestamp with time zone not null
  sighting_count integer not null default 0
  last_sighted timestamp with time zone
  false_positive_count integer not null default 0
  last_false_positive timestamp with time zone
  constraint indicator_view_pkey PRIMARY KEY (organization_id, indicator_id)
  CREATE INDEX indicator_view_by_added ON public.indicator_view USING btree (organization_id, added_at, indicator_id)

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
  freshness_seconds integer
  owed_since timestamp with time zone
  retries_max smallint not null default 0
  retry_after_seconds integer not null default 60
  constraint job_app_id_fkey FOREIGN KEY (app_id) REFERENCES app(id)
  constraint job_check CHECK (((cron IS NULL) = (time_zone IS NULL)))
  constraint job_check1 CHECK (((next_run_at IS NULL) OR ((cron IS NOT NULL) AND enabled AND (deleted_at IS NULL))))
  constraint job_control_id_fkey FOREIGN KEY (control_id) REFERENCES control(id)
  constraint job_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint job_freshness_seconds_check CHECK (((freshness_seconds >= 60) AND (freshness_seconds <= 2678400)))
  constraint job_mode_check CHECK ((mode = ANY (ARRAY['apply-when-guards-pass'::text, 'always-ask'::text])))
  constraint job_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64)))
  constraint job_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint job_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint job_pkey PRIMARY KEY (id)
  constraint job_retries_max_check CHECK (((retries_max >= 0) AND (retries_max <= 10)))
  constraint job_retry_after_seconds_check CHECK (((retry_after_seconds >= 10) AND (retry_after_seconds <= 21600)))
  constraint job_timeout_seconds_check CHECK (((timeout_seconds >= 1) AND (timeout_seconds <= 604800)))
  CREATE INDEX job_due ON public.job USING btree (next_run_at) WHERE (next_run_at IS NOT NULL)
  CREATE INDEX job_of_app ON public.job USING btree (app_id) WHERE (deleted_at IS NULL)
  CREATE INDEX job_of_environment ON public.job USING btree (environment_id) WHERE (deleted_at IS NULL)
  CREATE INDEX job_owed ON public.job USING btree (owed_since) WHERE (owed_since IS NOT NULL)
  CREATE UNIQUE INDEX job_by_name ON public.job USING btree (organization_id, name) WHERE (deleted_at IS NULL)

table job_collection
  job_id bigint not null
  collection_id bigint not null
  constraint job_collection_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id)
  constraint job_collection_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint job_collection_pkey PRIMARY KEY (job_id, collection_id)
  CREATE INDEX job_collection_of_collection ON public.job_collection USING btree (collection_id)

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

table library_group
  id bigint not null generated
  owner_id bigint not null
  xid text not null
  type text not null
  name text not null
  status text
  event_date timestamp with time zone
  publish_date timestamp with time zone
  first_seen timestamp with time zone
  last_seen timestamp with time zone
  digest uuid
  tags text[] not null
  labels text[] not null
  tlp smallint
  detail jsonb
  added_at timestamp with time zone not null
  modified_at timestamp with time zone not null
  constraint library_group_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint library_group_owner_id_xid_key UNIQUE (owner_id, xid)
  constraint library_group_pkey PRIMARY KEY (id)
  constraint library_group_tlp_check CHECK (((tlp >= 0) AND (tlp <= 4)))
  constraint library_group_xid_check CHECK (((length(xid) >= 1) AND (length(xid) <= 500)))
  CREATE INDEX library_group_by_name ON public.library_group USING gin (name gin_trgm_ops)

table lifecycle_pass
  owner_id bigint not null
  after_id uuid
  started_at timestamp with time zone not null
  constraint lifecycle_pass_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id) ON DELETE CASCADE
  constraint lifecycle_pass_pkey PRIMARY KEY (owner_id)

table lifecycle_pending
  id bigint not null generated
  organization_id bigint not null
  indicator_ids uuid[] not null
  constraint lifecycle_pending_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint lifecycle_pending_pkey PRIMARY KEY (id)

table list_left_out
  text_id bigint not null
  number integer not null
  indicator_id uuid not null
  reason text not null
  constraint list_left_out_pkey PRIMARY KEY (text_id, number)
  constraint list_left_out_text_id_fkey FOREIGN KEY (text_id) REFERENCES list_text(id) ON DELETE CASCADE

table list_text
  id bigint not null generated
  list_id bigint not null
  collection_version integer not null
  value_count bigint not null
  left_out jsonb not null
  byte_count bigint not null
  gzip_byte_count bigint not null
  sha256 bytea not null
  made_at timestamp with time zone not null
  replaced_at timestamp with time zone
  constraint list_text_list_id_fkey FOREIGN KEY (list_id) REFERENCES firewall_list(id) ON DELETE CASCADE
  constraint list_text_pkey PRIMARY KEY (id)
  CREATE INDEX list_text_of_list ON public.list_text USING btree (list_id)

table list_text_part
  text_id bigint not null
  number integer not null
  body text not null
  gzip bytea not null
  constraint list_text_part_pkey PRIMARY KEY (text_id, number)
  constraint list_text_part_text_id_fkey FOREIGN KEY (text_id) REFERENCES list_text(id) ON DELETE CASCADE

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

table mail
  id bigint not null generated
  organization_id bigint not null
  address text not null
  subject text not null
  text text not null
  html text not null
  created_at timestamp with time zone not null
  tries integer not null default 0
  next_try_at timestamp with time zone not null
  sent_at timestamp with time zone
  given_up_at timestamp with time zone
  answer text not null default ''::text
  constraint mail_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint mail_pkey PRIMARY KEY (id)
  CREATE INDEX mail_due ON public.mail USING btree (next_try_at) WHERE ((sent_at IS NULL) AND (given_up_at IS NULL))
  CREATE INDEX mail_ended ON public.mail USING btree (created_at) WHERE ((sent_at IS NOT NULL) OR (given_up_at IS NOT NULL))
  CREATE INDEX mail_of_organization ON public.mail USING btree (organization_id, id DESC)

table mail_news
  organization_id bigint not null
  address text not null
  notification_id bigint not null
  part text not null
  constraint mail_news_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notification(id) ON DELETE CASCADE
  constraint mail_news_organization_id_address_fkey FOREIGN KEY (organization_id, address) REFERENCES mail_recipient(organization_id, address)
  constraint mail_news_part_check CHECK ((part = ANY (ARRAY['opened'::text, 'closed'::text])))
  constraint mail_news_pkey PRIMARY KEY (organization_id, address, notification_id, part)
  CREATE INDEX mail_news_of_notification ON public.mail_news USING btree (notification_id)

table mail_recipient
  organization_id bigint not null
  address text not null
  mailed_at timestamp with time zone
  constraint mail_recipient_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint mail_recipient_pkey PRIMARY KEY (organization_id, address)

table mail_settings
  is_only_row boolean not null default true
  smtp_host text not null
  smtp_port integer not null
  smtp_security text not null
  smtp_username text not null default ''::text
  smtp_password_sealed bytea
  smtp_from text not null
  smtp_ca_certificates text not null default ''::text
  changed_at timestamp with time zone not null
  constraint mail_settings_is_only_row_check CHECK (is_only_row)
  constraint mail_settings_pkey PRIMARY KEY (is_only_row)
  constraint mail_settings_smtp_port_check CHECK (((smtp_port >= 1) AND (smtp_port <= 65535)))
  constraint mail_settings_smtp_security_check CHECK ((smtp_security = ANY (ARRAY['none'::text, 'starttls'::text, 'tls'::text])))

table notification
  id bigint not null generated
  organization_id bigint not null
  key text not null
  kind text not null
  job_id bigint
  environment_id bigint
  server_xid bigint
  plan_id bigint
  page text not null
  name text not null
  sentence text not null
  times integer not null default 1
  opened_at timestamp with time zone not null
  last_at timestamp with time zone not null
  closed_at timestamp with time zone
  closed_sentence text
  is_opening_told boolean not null default false
  is_closing_told boolean not null default false
  constraint notification_check CHECK (((closed_at IS NULL) = (closed_sentence IS NULL)))
  constraint notification_kind_check CHECK ((kind = ANY (ARRAY['failed'::text, 'partial'::text, 'missed'::text, 'server-offline'::text, 'certificate-expiring'::text, 'approval-needed'::text])))
  constraint notification_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint notification_pkey PRIMARY KEY (id)
  CREATE INDEX notification_closed ON public.notification USING btree (closed_at) WHERE (closed_at IS NOT NULL)
  CREATE INDEX notification_of_organization ON public.notification USING btree (organization_id, id DESC)
  CREATE INDEX notification_open_of_job ON public.notification USING btree (job_id) WHERE (closed_at IS NULL)
  CREATE INDEX notification_open_of_kind ON public.notification USING btree (kind) WHERE (closed_at IS NULL)
  CREATE INDEX notification_untold ON public.notification USING btree (id) WHERE ((NOT is_opening_told) OR ((closed_at IS NOT NULL) AND (NOT is_closing_told)))
  CREATE UNIQUE INDEX notification_open ON public.notification USING btree (organization_id, key) WHERE (closed_at IS NULL)

table notification_rule
  id bigint not null generated
  organization_id bigint not null
  job_id bigint
  environment_id bigint
  kinds text[] not null
  recipients text[] not null
  created_by text not null
  created_at timestamp with time zone not null
  constraint notification_rule_check CHECK ((num_nonnulls(job_id, environment_id) <= 1))
  constraint notification_rule_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id)
  constraint notification_rule_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id)
  constraint notification_rule_kinds_check CHECK (((cardinality(kinds) >= 1) AND (cardinality(kinds) <= 6)))
  constraint notification_rule_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint notification_rule_pkey PRIMARY KEY (id)
  constraint notification_rule_recipients_check CHECK (((cardinality(recipients) >= 1) AND (cardinality(recipients) <= 50)))
  CREATE INDEX notification_rule_of_organization ON public.notification_rule USING btree (organization_id, id)

table organization
  id bigint not null generated
  name text not null
  created_at timestamp with time zone not null default now()
  attribute_revision bigint not null default 0
  constraint organization_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint organization_name_key UNIQUE (name)
  constraint organization_pkey PRIMARY KEY (id)

table owner
  id bigint not null generated
  organization_id bigint not null
  name text not null
  kind text not null default 'Source'::text
  created_at timestamp with time zone not null default now()
  status_default text not null default 'Active'::text
  removal_started_at timestamp with time zone
  removal_after_id uuid
  removed_at timestamp with time zone
  constraint owner_kind_check CHECK ((kind = ANY (ARRAY['Organization'::text, 'Community'::text, 'Source'::text])))
  constraint owner_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint owner_name_key UNIQUE (name)
  constraint owner_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint owner_pkey PRIMARY KEY (id)
  constraint owner_status_default_check CHECK ((status_default = ANY (ARRAY['Active'::text, 'Review'::text, 'Expired'::text, 'Indirect'::text, 'Whitelisted'::text])))
  CREATE INDEX owner_being_removed ON public.owner USING btree (removal_started_at) WHERE ((removal_started_at IS NOT NULL) AND (removed_at IS NULL))
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

table password_link
  user_id bigint not null
  kind text not null
  token_sha256 bytea not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  asked_by text not null
  constraint password_link_asked_by_check CHECK ((asked_by = ANY (ARRAY['administrator'::text, 'stranger'::text])))
  constraint password_link_kind_check CHECK ((kind = ANY (ARRAY['invitation'::text, 'reset'::text])))
  constraint password_link_pkey PRIMARY KEY (user_id, asked_by)
  constraint password_link_token_sha256_key UNIQUE (token_sha256)
  constraint password_link_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE
  CREATE INDEX password_link_by_expiry ON public.password_link USING btree (expires_at)

table password_request
  id bigint not null generated
  name text not null
  address text not null
  network cidr
  asked_at timestamp with time zone not null
  tries integer not null default 0
  next_try_at timestamp with time zone
  constraint password_request_name_check CHECK (((length(name) >= 1) AND (length(name) <= 254)))
  constraint password_request_pkey PRIMARY KEY (id)
  CREATE INDEX password_request_by_time ON public.password_request USING btree (asked_at)
  CREATE INDEX password_request_of_network ON public.password_request USING btree (network, asked_at)
  CREATE INDEX password_request_waiting ON public.password_request USING btree (next_try_at) WHERE (next_try_at IS NOT NULL)

table plan
  id bigint not null generated
  organization_id bigint not null
  control_id bigint not null
  target text not null
  execution_id bigint not null
  attempt integer not null
  holder_execution_id bigint not null
  collection_id bigint not null
  collection_version integer not null
  state text not null default 'draft'::text
  reason text
  desired bigint not null
  held bigint not null
  held_digest text not null
  checksum text not null
  add_count bigint not null default 0
  remove_count bigint not null default 0
  guards jsonb not null
  not_taken jsonb not null
  values_sha256 bytea
  created_at timestamp with time zone not null
  decided_by text
  decided_at timestamp with time zone
  constraint plan_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id)
  constraint plan_control_id_fkey FOREIGN KEY (control_id) REFERENCES control(id)
  constraint plan_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint plan_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES execution(id)
  constraint plan_holder_execution_id_fkey FOREIGN KEY (holder_execution_id) REFERENCES execution(id)
  constraint plan_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint plan_pkey PRIMARY KEY (id)
  constraint plan_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'ready'::text, 'waiting'::text, 'applying'::text, 'applied'::text, 'failed'::text, 'refused'::text, 'superseded'::text])))
  constraint plan_target_check CHECK (((length(target) >= 1) AND (length(target) <= 200)))
  CREATE INDEX plan_of_execution ON public.plan USING btree (execution_id)
  CREATE INDEX plan_of_holder ON public.plan USING btree (holder_execution_id)
  CREATE INDEX plan_of_organization ON public.plan USING btree (organization_id, id DESC)
  CREATE INDEX plan_waiting ON public.plan USING btree (id) WHERE (state = 'waiting'::text)
  CREATE UNIQUE INDEX plan_in_progress ON public.plan USING btree (control_id, target) WHERE (state = ANY (ARRAY['draft'::text, 'ready'::text, 'waiting'::text, 'applying'::text]))

table plan_values
  plan_id bigint not null
  number integer not null
  content bytea not null
  constraint plan_values_pkey PRIMARY KEY (plan_id, number)
  constraint plan_values_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plan(id) ON DELETE CASCADE

table reader
  id bigint not null generated
  organization_id bigint not null
  name text not null
  username text
  password_hash text
  token_sha256 bytea
  certificate_sha256 bytea
  networks cidr[] not null default '{}'::cidr[]
  created_by text not null
  created_at timestamp with time zone not null default now()
  last_used_at timestamp with time zone
  disabled_at timestamp with time zone
  certificate_pem text
  constraint reader_certificate_sha256_key UNIQUE (certificate_sha256)
  constraint reader_check CHECK (((username IS NULL) = (password_hash IS NULL)))
  constraint reader_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint reader_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint reader_organization_id_name_key UNIQUE (organization_id, name)
  constraint reader_pkey PRIMARY KEY (id)
  constraint reader_token_sha256_key UNIQUE (token_sha256)
  constraint reader_username_check CHECK (((length(username) >= 1) AND (length(username) <= 100)))
  constraint reader_username_key UNIQUE (username)

table reader_list
  reader_id bigint not null
  list_id bigint not null
  constraint reader_list_list_id_fkey FOREIGN KEY (list_id) REFERENCES firewall_list(id) ON DELETE CASCADE
  constraint reader_list_pkey PRIMARY KEY (reader_id, list_id)
  constraint reader_list_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES reader(id) ON DELETE CASCADE

table reader_taxii_collection
  reader_id bigint not null
  taxii_collection_id uuid not null
  can_read boolean not null
  can_write boolean not null
  constraint reader_taxii_collection_pkey PRIMARY KEY (reader_id, taxii_collection_id)
  constraint reader_taxii_collection_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES reader(id) ON DELETE CASCADE
  constraint reader_taxii_collection_taxii_collection_id_fkey FOREIGN KEY (taxii_collection_id) REFERENCES taxii_collection(id) ON DELETE CASCADE

table receipt
  id bigint not null generated
  organization_id bigint not null
  control_id bigint not null
  target text not null
  execution_id bigint not null
  attempt integer not null
  plan_id bigint
  collection_id bigint not null
  collection_version integer not null
  state text not null
  reason text
  desired bigint not null
  held bigint not null
  missing bigint not null
  extra bigint not null
  added bigint not null
  removed bigint not null
  removed_by text
  not_taken jsonb not null
  unverified_transport boolean not null
  values_sha256 bytea
  created_at timestamp with time zone not null
  named bigint
  overdue_at timestamp with time zone
  constraint receipt_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id)
  constraint receipt_control_id_fkey FOREIGN KEY (control_id) REFERENCES control(id)
  constraint receipt_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint receipt_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES execution(id)
  constraint receipt_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint receipt_pkey PRIMARY KEY (id)
  constraint receipt_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plan(id)
  constraint receipt_state_check CHECK ((state = ANY (ARRAY['in-sync'::text, 'drift'::text, 'unverifiable'::text, 'pending'::text])))
  constraint receipt_target_check CHECK (((length(target) >= 1) AND (length(target) <= 200)))
  CREATE INDEX receipt_of_control ON public.receipt USING btree (control_id, target, id DESC)
  CREATE INDEX receipt_of_execution ON public.receipt USING btree (execution_id)
  CREATE INDEX receipt_of_organization ON public.receipt USING btree (organization_id, id DESC)
  CREATE INDEX receipt_over_time ON public.receipt USING btree (organization_id, created_at) INCLUDE (state, control_id, target)
  CREATE INDEX receipt_pending ON public.receipt USING btree (created_at) WHERE (state = 'pending'::text)

table receipt_values
  receipt_id bigint not null
  number integer not null
  content bytea not null
  constraint receipt_values_pkey PRIMARY KEY (receipt_id, number)
  constraint receipt_values_receipt_id_fkey FOREIGN KEY (receipt_id) REFERENCES receipt(id) ON DELETE CASCADE

table refused_request
  id bigint not null generated
  execution_id bigint not null
  attempt integer not null
  at timestamp with time zone not null default now()
  content_length bigint not null
  reason text not null
  constraint refused_request_execution_id_attempt_fkey FOREIGN KEY (execution_id, attempt) REFERENCES attempt(execution_id, number)
  constraint refused_request_pkey PRIMARY KEY (id)
  CREATE INDEX refused_request_of_attempt ON public.refused_request USING btree (execution_id, attempt, content_length)

table runtime
  platform text not null
  version text not null
  sha256 text not null
  bytes bigint not null
  executable_bytes bigint not null
  licence bytea not null
  added_by text not null
  added_at timestamp with time zone not null
  organization_id bigint
  constraint runtime_bytes_check CHECK ((bytes > 0))
  constraint runtime_executable_bytes_check CHECK ((executable_bytes > 0))
  constraint runtime_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint runtime_pkey PRIMARY KEY (platform)
  constraint runtime_platform_check CHECK ((platform = ANY (ARRAY['linux-x64'::text, 'linux-arm64'::text])))
  constraint runtime_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))

table runtime_chunk
  platform text not null
  number integer not null
  content bytea not null
  constraint runtime_chunk_content_check CHECK (((length(content) >= 1) AND (length(content) <= 1048576)))
  constraint runtime_chunk_number_check CHECK ((number >= 0))
  constraint runtime_chunk_pkey PRIMARY KEY (platform, number)
  constraint runtime_chunk_platform_fkey FOREIGN KEY (platform) REFERENCES runtime(platform) ON DELETE CASCADE

table schema_migration
  number integer not null
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_migration_pkey PRIMARY KEY (number)

table security_label
  id bigint not null generated
  name text not null
  description text
  color text
  created_at timestamp with time zone not null default now()
  constraint security_label_name_check CHECK (((length(name) >= 1) AND (length(name) <= 128)))
  constraint security_label_name_key UNIQUE (name)
  constraint security_label_pkey PRIMARY KEY (id)

table server_key
  server_xid bigint not null
  fingerprint text not null
  public_key_pem text not null
  enrolled_at timestamp with time zone not null
  compromised_from timestamp with time zone
  constraint server_key_pkey PRIMARY KEY (server_xid, fingerprint)
  constraint server_key_server_xid_fkey FOREIGN KEY (server_xid) REFERENCES environment_server(server_xid)

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

table sighting
  id bigint not null generated
  organization_id bigint not null
  indicator_id uuid not null
  owner_id bigint not null
  control_id bigint
  group_id bigint
  seen_at timestamp with time zone not null
  count integer not null default 1
  recorded_at timestamp with time zone not null default now()
  recorded_by text not null
  stix_id text
  constraint sighting_control_id_fkey FOREIGN KEY (control_id) REFERENCES control(id)
  constraint sighting_count_check CHECK ((count > 0))
  constraint sighting_group_id_fkey FOREIGN KEY (group_id) REFERENCES library_group(id) ON DELETE CASCADE
  constraint sighting_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint sighting_pkey PRIMARY KEY (id)
  CREATE INDEX sighting_of_indicator ON public.sighting USING btree (indicator_id, seen_at)
  CREATE INDEX sighting_over_time ON public.sighting USING btree (organization_id, seen_at)
  CREATE UNIQUE INDEX sighting_of_group ON public.sighting USING btree (group_id, indicator_id) WHERE (group_id IS NOT NULL)
  CREATE UNIQUE INDEX sighting_of_stix ON public.sighting USING btree (owner_id, stix_id, indicator_id) WHERE (stix_id IS NOT NULL)

table sign_in_failure
  subject text not null
  at timestamp with time zone not null default now()
  CREATE INDEX sign_in_failure_by_subject ON public.sign_in_failure USING btree (subject, at)
  CREATE INDEX sign_in_failure_by_time ON public.sign_in_failure USING btree (at)

table signing_key
  id text not null
  purpose text not null
  public_pem text not null
  certificate_pem text
  sealed_private bytea not null
  created_at timestamp with time zone not null default now()
  retired_at timestamp with time zone
  predecessor_id text
  predecessor_ends_at timestamp with time zone
  succession_signature bytea
  revoked_at timestamp with time zone
  revocation_follower_ids text[]
  revocation_signature bytea
  constraint revocation_whole_check CHECK ((((revoked_at IS NULL) = (revocation_signature IS NULL)) AND ((revoked_at IS NULL) = (revocation_follower_ids IS NULL)) AND ((revoked_at IS NULL) OR (retired_at IS NOT NULL))))
  constraint signing_key_follower_key UNIQUE (predecessor_id, purpose)
  constraint signing_key_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text))
  constraint signing_key_pkey PRIMARY KEY (id)
  constraint signing_key_predecessor_id_fkey FOREIGN KEY (predecessor_id) REFERENCES signing_key(id)
  constraint signing_key_purpose_check CHECK ((purpose = ANY (ARRAY['ca'::text, 'command'::text, 'publisher'::text, 'release'::text, 'token'::text])))
  constraint succession_whole_check CHECK ((((predecessor_id IS NULL) = (succession_signature IS NULL)) AND ((predecessor_id IS NULL) = (predecessor_ends_at IS NULL))))
  CREATE UNIQUE INDEX signing_key_current ON public.signing_key USING btree (purpose) WHERE (retired_at IS NULL)

table skipped_run
  job_id bigint not null
  due_at timestamp with time zone not null
  reason text not null
  times integer not null default 1
  constraint skipped_run_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
  constraint skipped_run_pkey PRIMARY KEY (job_id, due_at)
  constraint skipped_run_reason_check CHECK ((reason = ANY (ARRAY['overlap'::text, 'misfire'::text])))

table stix_object
  number bigint not null generated
  owner_id bigint not null
  object_id text not null
  type text not null
  version timestamp with time zone not null
  spec_version text not null
  body text not null
  body_sha256 bytea not null
  indicator_ids uuid[] not null default '{}'::uuid[]
  group_id bigint
  outcome text not null
  reason text
  added_at timestamp with time zone not null
  marking_tlp smallint
  sighting_of text
  sighted_at timestamp with time zone
  sighted_count integer
  named_ids text[]
  constraint stix_object_group_id_fkey FOREIGN KEY (group_id) REFERENCES library_group(id) ON DELETE SET NULL
  constraint stix_object_marking_tlp_check CHECK (((marking_tlp >= 0) AND (marking_tlp <= 4)))
  constraint stix_object_object_id_check CHECK (((length(object_id) >= 1) AND (length(object_id) <= 300)))
  constraint stix_object_outcome_check CHECK ((outcome = ANY (ARRAY['mapped'::text, 'kept'::text])))
  constraint stix_object_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint stix_object_owner_id_object_id_version_key UNIQUE (owner_id, object_id, version)
  constraint stix_object_pkey PRIMARY KEY (number)
  constraint stix_object_sighted_count_check CHECK ((sighted_count > 0))
  constraint stix_object_spec_version_check CHECK ((spec_version = ANY (ARRAY['2.0'::text, '2.1'::text])))
  CREATE INDEX stix_object_by_number ON public.stix_object USING btree (owner_id, number)
  CREATE INDEX stix_object_of_group ON public.stix_object USING btree (group_id) WHERE (group_id IS NOT NULL)
  CREATE INDEX stix_object_of_marking ON public.stix_object USING btree (owner_id) WHERE (type = 'marking-definition'::text)
  CREATE INDEX stix_object_of_marking_tlp ON public.stix_object USING btree (owner_id, marking_tlp) WHERE (marking_tlp IS NOT NULL)
  CREATE INDEX stix_object_of_named ON public.stix_object USING gin (named_ids) WITH (fastupdate=off) WHERE (named_ids IS NOT NULL)
  CREATE INDEX stix_object_of_source ON public.stix_object USING btree (owner_id, ((stix_json(body) ->> 'source_ref'::text))) WHERE ((type = 'relationship'::text) AND (outcome = 'mapped'::text))
  CREATE INDEX stix_object_of_tactic ON public.stix_object USING btree (owner_id) WHERE (type = ANY (ARRAY['attack-pattern'::text, 'x-mitre-tactic'::text]))
  CREATE INDEX stix_object_of_value ON public.stix_object USING btree ((indicator_ids[1])) WHERE (cardinality(indicator_ids) = 1)
  CREATE INDEX stix_object_of_values ON public.stix_object USING gin (indicator_ids) WITH (fastupdate=off) WHERE (cardinality(indicator_ids) > 1)
  CREATE INDEX stix_object_of_waiting_sighting ON public.stix_object USING btree (owner_id, sighting_of) WHERE ((sighting_of IS NOT NULL) AND (outcome = 'kept'::text))

table tag
  id bigint not null generated
  name text not null
  created_at timestamp with time zone not null default now()
  constraint tag_name_check CHECK (((length(name) >= 1) AND (length(name) <= 128)))
  constraint tag_name_key UNIQUE (name)
  constraint tag_pkey PRIMARY KEY (id)
  CREATE INDEX tag_by_start ON public.tag USING btree (lower(name) text_pattern_ops)

table taxii_collection
  id uuid not null
  root_id bigint not null
  title text not null
  description text
  alias text
  collection_id bigint
  owner_id bigint
  can_read boolean not null
  can_write boolean not null
  tlp_max smallint not null default 2
  object_version integer not null default 0
  number_last bigint not null default 0
  added_last timestamp with time zone not null default '-infinity'::timestamp with time zone
  body_bytes_max integer not null default 0
  stix_number bigint not null default 0
  created_at timestamp with time zone not null default now()
  pass_after uuid default '00000000-0000-0000-0000-000000000000'::uuid
  checked_after bigint
  live_count bigint not null default 0
  revoked_count bigint not null default 0
  only_values boolean not null default true
  constraint taxii_collection_check CHECK (((collection_id IS NULL) <> (owner_id IS NULL)))
  constraint taxii_collection_check1 CHECK (((NOT can_write) OR (owner_id IS NOT NULL)))
  constraint taxii_collection_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collection(id)
  constraint taxii_collection_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint taxii_collection_pkey PRIMARY KEY (id)
  constraint taxii_collection_root_id_alias_key UNIQUE (root_id, alias)
  constraint taxii_collection_root_id_fkey FOREIGN KEY (root_id) REFERENCES taxii_root(id)
  constraint taxii_collection_tlp_max_check CHECK (((tlp_max >= 0) AND (tlp_max <= 4)))

table taxii_object
  taxii_collection_id uuid not null
  number bigint not null
  object_id text not null
  type text not null
  spec_version text not null
  version timestamp with time zone not null
  added_at timestamp with time zone not null
  is_last boolean not null
  indicator_id uuid
  body text not null
  is_revoked boolean not null default false
  kept_id text
  value_ids uuid[]
  group_id bigint
  named_ids text[]
  constraint taxii_object_pkey PRIMARY KEY (taxii_collection_id, number)
  CREATE INDEX taxii_object_by_added ON public.taxii_object USING btree (taxii_collection_id, added_at)
  CREATE INDEX taxii_object_by_spec_version ON public.taxii_object USING btree (taxii_collection_id, spec_version, number)
  CREATE INDEX taxii_object_by_type ON public.taxii_object USING btree (taxii_collection_id, type, number)
  CREATE INDEX taxii_object_of_group ON public.taxii_object USING btree (group_id) WHERE (is_last AND (group_id IS NOT NULL))
  CREATE INDEX taxii_object_of_indicator ON public.taxii_object USING btree (taxii_collection_id, indicator_id) WHERE (is_last AND (indicator_id IS NOT NULL))
  CREATE INDEX taxii_object_of_kept ON public.taxii_object USING btree (taxii_collection_id, kept_id) WHERE (is_last AND (kept_id IS NOT NULL))
  CREATE INDEX taxii_object_of_values ON public.taxii_object USING gin (value_ids) WITH (fastupdate=off) WHERE (is_last AND (value_ids IS NOT NULL))
  CREATE UNIQUE INDEX taxii_object_by_id ON public.taxii_object USING btree (taxii_collection_id, object_id, version)

table taxii_pending
  id bigint not null generated
  taxii_collection_id uuid not null
  indicator_ids uuid[] not null default '{}'::uuid[]
  group_ids bigint[] not null default '{}'::bigint[]
  constraint taxii_pending_pkey PRIMARY KEY (id)
  constraint taxii_pending_taxii_collection_id_fkey FOREIGN KEY (taxii_collection_id) REFERENCES taxii_collection(id) ON DELETE CASCADE
  CREATE INDEX taxii_pending_of_collection ON public.taxii_pending USING btree (taxii_collection_id, id)

table taxii_pending_link
  id bigint not null generated
  taxii_collection_id uuid not null
  source_indicator uuid
  source_group bigint
  target_indicator uuid
  target_group bigint
  kind text not null
  constraint taxii_pending_link_pkey PRIMARY KEY (id)
  constraint taxii_pending_link_taxii_collection_id_fkey FOREIGN KEY (taxii_collection_id) REFERENCES taxii_collection(id) ON DELETE CASCADE
  CREATE INDEX taxii_pending_link_of_collection ON public.taxii_pending_link USING btree (taxii_collection_id, id)

table taxii_relationship
  taxii_collection_id uuid not null
  object_id text not null
  source_indicator uuid
  source_group bigint
  target_indicator uuid
  target_group bigint
  kind text not null
  source_ref text not null
  target_ref text not null
  constraint taxii_relationship_check CHECK (((source_indicator IS NULL) <> (source_group IS NULL)))
  constraint taxii_relationship_check1 CHECK (((target_indicator IS NULL) <> (target_group IS NULL)))
  constraint taxii_relationship_pkey PRIMARY KEY (taxii_collection_id, object_id)
  constraint taxii_relationship_taxii_collection_id_fkey FOREIGN KEY (taxii_collection_id) REFERENCES taxii_collection(id) ON DELETE CASCADE
  CREATE INDEX taxii_relationship_of_target ON public.taxii_relationship USING btree (taxii_collection_id, COALESCE((target_group)::text, (target_indicator)::text))
  CREATE UNIQUE INDEX taxii_relationship_by_ends ON public.taxii_relationship USING btree (taxii_collection_id, COALESCE((source_indicator)::text, (source_group)::text), COALESCE((target_indicator)::text, (target_group)::text), kind)

table taxii_root
  id bigint not null generated
  organization_id bigint not null
  name text not null
  title text not null
  description text
  constraint taxii_root_name_check CHECK (((name ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text) AND (name <> ALL (ARRAY['collections'::text, 'status'::text]))))
  constraint taxii_root_name_key UNIQUE (name)
  constraint taxii_root_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint taxii_root_pkey PRIMARY KEY (id)

table taxii_status
  id uuid not null
  root_id bigint not null
  reader_id bigint
  state text not null
  requested_at timestamp with time zone not null
  total_count integer not null
  outcomes jsonb not null
  constraint taxii_status_pkey PRIMARY KEY (id)
  constraint taxii_status_root_id_fkey FOREIGN KEY (root_id) REFERENCES taxii_root(id) ON DELETE CASCADE
  constraint taxii_status_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'complete'::text])))
  CREATE INDEX taxii_status_by_age ON public.taxii_status USING btree (requested_at)

table telemetry_10s
  server_xid bigint not null
  at timestamp with time zone not null
  period_seconds real not null
  cpu_percent real not null
  memory_used_percent real not null
  disk_used_percent real not null
  running real not null
  queued real not null
  queue_wait_seconds real not null
  round_trip_ms real
  messages real not null
  server_cpu_percent real not null
  server_memory_bytes real not null
  CREATE INDEX telemetry_10s_of_server ON ONLY public.telemetry_10s USING btree (server_xid, at)

table telemetry_1h
  server_xid bigint not null
  at timestamp with time zone not null
  period_seconds real not null
  cpu_percent real not null
  memory_used_percent real not null
  disk_used_percent real not null
  running real not null
  queued real not null
  queue_wait_seconds real not null
  round_trip_ms real
  messages real not null
  server_cpu_percent real not null
  server_memory_bytes real not null
  cpu_percent_max real not null
  memory_used_percent_max real not null
  disk_used_percent_max real not null
  queued_max real not null
  queue_wait_seconds_max real not null
  round_trip_ms_max real
  CREATE INDEX telemetry_1h_of_server ON ONLY public.telemetry_1h USING btree (server_xid, at)

table telemetry_1m
  server_xid bigint not null
  at timestamp with time zone not null
  period_seconds real not null
  cpu_percent real not null
  memory_used_percent real not null
  disk_used_percent real not null
  running real not null
  queued real not null
  queue_wait_seconds real not null
  round_trip_ms real
  messages real not null
  server_cpu_percent real not null
  server_memory_bytes real not null
  cpu_percent_max real not null
  memory_used_percent_max real not null
  disk_used_percent_max real not null
  queued_max real not null
  queue_wait_seconds_max real not null
  round_trip_ms_max real
  CREATE INDEX telemetry_1m_of_server ON ONLY public.telemetry_1m USING btree (server_xid, at)

table telemetry_latest
  server_xid bigint not null
  at timestamp with time zone not null
  said jsonb not null
  ailments text[] not null
  ailments_changed_at timestamp with time zone not null
  constraint telemetry_latest_pkey PRIMARY KEY (server_xid)

table telemetry_roll_up
  step text not null
  until timestamp with time zone not null default '-infinity'::timestamp with time zone
  constraint telemetry_roll_up_pkey PRIMARY KEY (step)
  constraint telemetry_roll_up_step_check CHECK ((step = ANY (ARRAY['1m'::text, '1h'::text])))

table tombstone
  id bigint not null generated
  organization_id bigint not null
  owner_id bigint not null
  kind text not null
  indicator_id uuid
  group_xid text
  batch_id bigint
  deleted_at timestamp with time zone not null default now()
  constraint tombstone_check CHECK (((kind = 'indicator'::text) = (indicator_id IS NOT NULL)))
  constraint tombstone_check1 CHECK (((kind = 'group'::text) = (group_xid IS NOT NULL)))
  constraint tombstone_kind_check CHECK ((kind = ANY (ARRAY['indicator'::text, 'group'::text])))
  constraint tombstone_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint tombstone_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id)
  constraint tombstone_pkey PRIMARY KEY (id)
  CREATE INDEX tombstone_of_indicator ON public.tombstone USING btree (indicator_id) WHERE (indicator_id IS NOT NULL)
  CREATE INDEX tombstone_of_organization ON public.tombstone USING btree (organization_id, deleted_at)

table user_account
  id bigint not null generated
  organization_id bigint not null
  username text not null
  role text not null
  password_hash text
  created_at timestamp with time zone not null default now()
  disabled_at timestamp with time zone
  mail_address text
  constraint user_account_mail_address_check CHECK (((length(mail_address) >= 3) AND (length(mail_address) <= 254)))
  constraint user_account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint user_account_pkey PRIMARY KEY (id)
  constraint user_account_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  CREATE INDEX user_account_of_organization ON public.user_account USING btree (organization_id)
  CREATE UNIQUE INDEX user_account_by_username ON public.user_account USING btree (lower(username))
