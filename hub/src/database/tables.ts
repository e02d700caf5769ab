// Written from the migrations by tools/describe-schema.ts; a test compares it. Do not edit.
import type { ColumnType, Generated } from 'kysely'

/** A bigint: read as a string, so that no digit is lost; written as either. */
export type BigIntColumn = ColumnType<string, string | number | bigint, string | number | bigint>
export type GeneratedBigInt = ColumnType<string, string | number | bigint | undefined, string | number | bigint>
export type Timestamp = ColumnType<Date, Date | string, Date | string>
export type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

export interface Database {
  api_token: ApiTokenTable
  app: AppTable
  app_version: AppVersionTable
  assertion: AssertionTable
  assertion_attribute: AssertionAttributeTable
  attempt: AttemptTable
  attempt_signature: AttemptSignatureTable
  attribute_type: AttributeTypeTable
  audit_event: AuditEventTable
  batch: BatchTable
  batch_item_block: BatchItemBlockTable
  collection: CollectionTable
  collection_change: CollectionChangeTable
  collection_member: CollectionMemberTable
  collection_pending: CollectionPendingTable
  collection_version: CollectionVersionTable
  command: CommandTable
  configure_request: ConfigureRequestTable
  control: ControlTable
  control_value: ControlValueTable
  decision: DecisionTable
  deprecation_rule: DeprecationRuleTable
  earlier_signature: EarlierSignatureTable
  environment: EnvironmentTable
  environment_move: EnvironmentMoveTable
  environment_server: EnvironmentServerTable
  environment_server_settings: EnvironmentServerSettingsTable
  excluded_indicator: ExcludedIndicatorTable
  exclusion_entry: ExclusionEntryTable
  exclusion_list: ExclusionListTable
  exclusion_pass: ExclusionPassTable
  exclusion_pending: ExclusionPendingTable
  execution: ExecutionTable
  execution_token: ExecutionTokenTable
  execution_unmapped: ExecutionUnmappedTable
  false_positive: FalsePositiveTable
  firewall_list: FirewallListTable
  group_attribute: GroupAttributeTable
  group_link: GroupLinkTable
  indicator: IndicatorTable
  indicator_group: IndicatorGroupTable
  indicator_link: IndicatorLinkTable
  indicator_view: IndicatorViewTable
  job: JobTable
  job_collection: JobCollectionTable
  job_kept_value: JobKeptValueTable
  job_readable_owner: JobReadableOwnerTable
  job_secret: JobSecretTable
  library_group: LibraryGroupTable
  lifecycle_pass: LifecyclePassTable
  lifecycle_pending: LifecyclePendingTable
  list_left_out: ListLeftOutTable
  list_text: ListTextTable
  list_text_part: ListTextPartTable
  log_line: LogLineTable
  mail: MailTable
  mail_news: MailNewsTable
  mail_recipient: MailRecipientTable
  mail_settings: MailSettingsTable
  notification: NotificationTable
  notification_rule: NotificationRuleTable
  organization: OrganizationTable
  owner: OwnerTable
  package: PackageTable
  package_chunk: PackageChunkTable
  password_link: PasswordLinkTable
  password_request: PasswordRequestTable
  plan: PlanTable
  plan_values: PlanValuesTable
  reader: ReaderTable
  reader_list: ReaderListTable
  reader_taxii_collection: ReaderTaxiiCollectionTable
  receipt: ReceiptTable
  receipt_values: ReceiptValuesTable
  refused_request: RefusedRequestTable
  runtime: RuntimeTable
  runtime_chunk: RuntimeChunkTable
  schema_migration: SchemaMigrationTable
  security_label: SecurityLabelTable
  server_key: ServerKeyTable
  server_log_quota: ServerLogQuotaTable
  session: SessionTable
  setting: SettingTable
  setup_link: SetupLinkTable
  sighting: SightingTable
  sign_in_failure: SignInFailureTable
  signing_key: SigningKeyTable
  skipped_run: SkippedRunTable
  stix_object: StixObjectTable
  tag: TagTable
  taxii_collection: TaxiiCollectionTable
  taxii_object: TaxiiObjectTable
  taxii_pending: TaxiiPendingTable
  taxii_pending_link: TaxiiPendingLinkTable
  taxii_relationship: TaxiiRelationshipTable
  taxii_root: TaxiiRootTable
  taxii_status: TaxiiStatusTable
  telemetry_10s: Telemetry10sTable
  telemetry_1h: Telemetry1hTable
  telemetry_1m: Telemetry1mTable
  telemetry_latest: TelemetryLatestTable
  telemetry_roll_up: TelemetryRollUpTable
  tombstone: TombstoneTable
  user_account: UserAccountTable
}

export interface ApiTokenTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  role: string
  token_sha256: Buffer
  created_by: string
  created_at: GeneratedTimestamp
  expires_at: Timestamp
  last_used_at: Date | null
  revoked_at: Date | null
  user_id: string | null
}

export interface AppTable {
  id: GeneratedBigInt
  program_name: string
  kind: string
  display_name: string
  installed_at: GeneratedTimestamp
}

export interface AppVersionTable {
  id: GeneratedBigInt
  app_id: BigIntColumn
  program_version: string
  package_sha256: string
  package_bytes: BigIntColumn
  install_json: string
  postern_json: unknown | null
  publisher_key_id: string
  signature: Buffer
  vouched_by: string
  installed_at: GeneratedTimestamp
  is_current: Generated<boolean>
}

export interface AssertionTable {
  indicator_id: string
  owner_id: BigIntColumn
  id: GeneratedBigInt
  digest: string | null
  rating: number | null
  confidence: number | null
  active: boolean
  private: boolean
  status: string
  tags: string[]
  labels: string[]
  tlp: number | null
  first_seen: Date | null
  last_seen: Date | null
  expires: Date | null
  detail: unknown | null
  added_at: Timestamp
  modified_at: Timestamp
  said: unknown | null
  stated_at: Date | null
  next_change_at: Date | null
}

export interface AssertionAttributeTable {
  id: GeneratedBigInt
  indicator_id: string
  owner_id: BigIntColumn
  type: string
  value: string
  source: string | null
  displayed: boolean
  pinned: boolean
  added_at: GeneratedTimestamp
}

export interface AttemptTable {
  execution_id: BigIntColumn
  number: number
  server_xid: BigIntColumn
  state: string
  placement: string
  repeatable: boolean
  tier: string | null
  dispatched_at: Timestamp
  accepted_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  takeover_at: Timestamp
  outcome: string | null
  exit_code: number | null
  reason: string | null
  usage: unknown | null
  log_seq_last: number | null
  result_sha256: Buffer | null
}

export interface AttemptSignatureTable {
  execution_id: BigIntColumn
  attempt: number
  key_fingerprint: string
  outcome: string
  written: unknown
  signature: Buffer
  received_at: Timestamp
}

export interface AttributeTypeTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  description: string | null
  indicator_types: string[] | null
  group_types: string[] | null
  length_max: Generated<number>
  pattern: string | null
  choices: string[] | null
  created_at: GeneratedTimestamp
}

export interface AuditEventTable {
  id: GeneratedBigInt
  at: GeneratedTimestamp
  organization_id: string | null
  actor_kind: string
  actor_name: string
  action: string
  subject: string
  detail: Generated<unknown>
  address: string | null
}

export interface BatchTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  owner_id: BigIntColumn
  execution_id: string | null
  sent_by: string
  state: string
  action: string
  config: unknown
  content_sha256: Buffer | null
  item_count: Generated<number>
  created: Generated<number>
  updated: Generated<number>
  unchanged: Generated<number>
  deleted: Generated<number>
  refused: Generated<number>
  partial: Generated<number>
  unprocessed: Generated<number>
  groups_created: Generated<number>
  groups_updated: Generated<number>
  groups_unchanged: Generated<number>
  groups_deleted: Generated<number>
  groups_refused: Generated<number>
  associations: Generated<number>
  associations_refused: Generated<number>
  created_at: GeneratedTimestamp
  completed_at: Date | null
  attempt: number | null
}

export interface BatchItemBlockTable {
  batch_id: BigIntColumn
  outcome: string
  number: number
  item_count: number
  has_reason: boolean
  items: Buffer
}

export interface CollectionTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  tql: string
  freshness_seconds: number
  version: Generated<number>
  member_count: GeneratedBigInt
  change_last: GeneratedBigInt
  refreshed_at: Date | null
  created_at: GeneratedTimestamp
  refresh_failed_at: Date | null
  description: string | null
  made_by: string | null
  is_shared: Generated<boolean>
  changed_at: GeneratedTimestamp
  maker: string | null
  removed_at: Date | null
  query_changed_by: string | null
  query_changed_at: Date | null
}

export interface CollectionChangeTable {
  collection_id: BigIntColumn
  number: BigIntColumn
  version: number
  indicator_id: string
  change: string
}

export interface CollectionMemberTable {
  collection_id: BigIntColumn
  indicator_id: string
  from_version: number
  until_version: number | null
  tlp: number | null
  active: boolean
  excluded: Generated<boolean>
}

export interface CollectionPendingTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  indicator_ids: string[]
}

export interface CollectionVersionTable {
  collection_id: BigIntColumn
  version: number
  member_count: BigIntColumn
  entered: BigIntColumn
  departed: BigIntColumn
  made_at: Timestamp
  changed: GeneratedBigInt
  changed_query: string | null
  query_changed_by: string | null
  query_changed_at: Date | null
}

export interface CommandTable {
  id: string
  server_xid: BigIntColumn
  execution_id: string | null
  attempt: number | null
  kind: string
  topic: string
  payload: string
  created_at: GeneratedTimestamp
  next_publish_at: Timestamp
  published_at: Date | null
  publish_count: Generated<number>
  acknowledged_at: Date | null
  withdrawn_at: Date | null
  expires_at: Timestamp
}

export interface ConfigureRequestTable {
  command_id: string
  server_xid: BigIntColumn
  settings: unknown | null
  requested_by: string
  requested_at: Timestamp
  outcome: string | null
  detail: Generated<string>
  answered_at: Date | null
  narrowing: unknown | null
}

export interface ControlTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  program_name: string
  highest_tlp: Generated<string>
  created_at: GeneratedTimestamp
}

export interface ControlValueTable {
  control_id: BigIntColumn
  target: string
  indicator_id: string
  state: string
  since: Timestamp
  receipt_id: BigIntColumn
  reason: string | null
}

export interface DecisionTable {
  organization_id: BigIntColumn
  indicator_id: string
  status: string | null
  rating: number | null
  confidence: number | null
  expires: Date | null
  reason: string
  decided_by: string
  decided_at: Timestamp
  until: Date | null
}

export interface DeprecationRuleTable {
  owner_id: BigIntColumn
  indicator_type: string
  interval_hours: number
  amount: number
  is_percent: boolean
  confidence_start: Generated<number>
  at_minimum: string
  changed_at: GeneratedTimestamp
  gives_confidence: Generated<boolean>
}

export interface EarlierSignatureTable {
  app_version_id: BigIntColumn
  publisher_key_id: string
  signature: Buffer
}

export interface EnvironmentTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  created_at: GeneratedTimestamp
  deleted_at: Date | null
  owner_id: string | null
  on_hub: Generated<boolean>
  allow_inspected_tls: Generated<boolean>
}

export interface EnvironmentMoveTable {
  token_sha256: Buffer
  environment_id: BigIntColumn
  downloaded_by: string
  downloaded_at: Timestamp
  expires_at: Timestamp
  used_at: Date | null
  server_xid: string | null
}

export interface EnvironmentServerTable {
  server_xid: GeneratedBigInt
  environment_id: BigIntColumn
  name: string
  downloaded_by: string
  downloaded_at: GeneratedTimestamp
  enrolment_token_sha256: Buffer | null
  enrolment_expires_at: Date | null
  enrolled_at: Date | null
  enrolled_from: string | null
  key_fingerprint: string | null
  public_key_pem: string | null
  sealing_public_key: Buffer | null
  certificate_serial: string | null
  broker_token_sha256: Buffer | null
  delivery_token_sha256: Buffer | null
  confirmed_at: Date | null
  confirmed_by: string | null
  revoked_at: Date | null
  last_heartbeat_at: Date | null
  protocol_version: number | null
  reported: Generated<unknown>
  locked_token_sha256: Buffer | null
  locked_said_at: Date | null
  drained_at: Date | null
  drained_by: string | null
  enrols_anew: Generated<boolean>
  certificate_expires_at: Date | null
  renewed_certificate_serial: string | null
  renewed_certificate_expires_at: Date | null
  platform: string | null
}

export interface EnvironmentServerSettingsTable {
  server_xid: BigIntColumn
  settings: unknown
  reported_at: Timestamp
  policy: unknown | null
  command_keys: string[] | null
  publisher_keys: string[] | null
  release_keys: string[] | null
}

export interface ExcludedIndicatorTable {
  organization_id: BigIntColumn
  indicator_id: string
  list_id: BigIntColumn
  entry: string
  blocks_export: boolean
  found_at: GeneratedTimestamp
}

export interface ExclusionEntryTable {
  list_id: BigIntColumn
  number: number
  entry: string
  note: string | null
}

export interface ExclusionListTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  description: string | null
  kind: string
  matching: string
  indicator_types: string[] | null
  mode: string
  at_import: boolean
  at_export: boolean
  is_enabled: Generated<boolean>
  misp_version: string | null
  entry_count: Generated<number>
  character_count: GeneratedBigInt
  pattern_count: Generated<number>
  revision: GeneratedBigInt
  changed_at: GeneratedTimestamp
}

export interface ExclusionPassTable {
  organization_id: BigIntColumn
  wanted_revision: GeneratedBigInt
  revision: GeneratedBigInt
  after_id: string | null
  started_at: Date | null
  finished_at: Date | null
}

export interface ExclusionPendingTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  indicator_ids: string[]
}

export interface ExecutionTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  job_id: BigIntColumn
  app_version_id: BigIntColumn
  environment_id: BigIntColumn
  trigger: string
  started_by: string
  state: Generated<string>
  message: Generated<string>
  approved_plan: string | null
  end_as: string | null
  end_reason: string | null
  deadline_at: Timestamp
  created_at: GeneratedTimestamp
  started_at: Date | null
  finished_at: Date | null
  retry_at: Date | null
}

export interface ExecutionTokenTable {
  token_sha256: Buffer
  execution_id: BigIntColumn
  attempt: number
  issued_at: Timestamp
  expires_at: Timestamp
  renewed_from: Buffer | null
  first_used_at: Date | null
  dies_at: Date | null
}

export interface ExecutionUnmappedTable {
  execution_id: BigIntColumn
  organization_id: BigIntColumn
  number: number
  what: string
  reason: string
  count: BigIntColumn
  examples: string[]
}

export interface FalsePositiveTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  indicator_id: string
  reported_by: string
  reported_on: string
  note: string | null
  reported_at: Timestamp
}

export interface FirewallListTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  collection_id: BigIntColumn
  format: string
  indicator_types: string[] | null
  tlp_max: Generated<number>
  values_max: number | null
  shrink_percent_max: Generated<number>
  is_public: Generated<boolean>
  open_networks: Generated<string[]>
  served_version: number | null
  served_count: string | null
  served_since: Date | null
  served_text_id: string | null
  held_version: number | null
  held_reason: string | null
  held_text_id: string | null
  considered_version: Generated<number>
  considered_at: Date | null
  considered_ms: Generated<number>
  created_at: GeneratedTimestamp
  changed_at: GeneratedTimestamp
  ipv4_prefix_min: Generated<number>
  ipv6_prefix_min: Generated<number>
}

export interface GroupAttributeTable {
  id: GeneratedBigInt
  group_id: BigIntColumn
  type: string
  value: string
  source: string | null
  displayed: boolean
  pinned: boolean
  added_at: GeneratedTimestamp
}

export interface GroupLinkTable {
  group_id: BigIntColumn
  linked_id: BigIntColumn
  added_at: GeneratedTimestamp
  kind: Generated<string>
  owner_id: string | null
}

export interface IndicatorTable {
  id: string
  type: string
  value: string
  canonical_version: number
}

export interface IndicatorGroupTable {
  indicator_id: string
  owner_id: BigIntColumn
  group_id: BigIntColumn
  added_at: GeneratedTimestamp
}

export interface IndicatorLinkTable {
  indicator_id: string
  owner_id: BigIntColumn
  linked_id: string
  kind: string
  added_at: GeneratedTimestamp
  taken_back_at: Date | null
  taken_back_by: string | null
}

export interface IndicatorViewTable {
  organization_id: BigIntColumn
  indicator_id: string
  rating: number | null
  confidence: number | null
  active: boolean
  tlp: number | null
  owner_ids: string[]
  tags: string[]
  added_at: Timestamp
  modified_at: Timestamp
  sighting_count: Generated<number>
  last_sighted: Date | null
  false_positive_count: Generated<number>
  last_false_positive: Date | null
}

export interface JobTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  app_id: BigIntColumn
  environment_id: BigIntColumn
  parameters: Generated<unknown>
  owner_id: string | null
  control_id: string | null
  mode: Generated<string>
  cron: string | null
  time_zone: string | null
  next_run_at: Date | null
  timeout_seconds: number
  enabled: Generated<boolean>
  created_at: GeneratedTimestamp
  deleted_at: Date | null
  freshness_seconds: number | null
  owed_since: Date | null
  retries_max: Generated<number>
  retry_after_seconds: Generated<number>
}

export interface JobCollectionTable {
  job_id: BigIntColumn
  collection_id: BigIntColumn
}

export interface JobKeptValueTable {
  job_id: BigIntColumn
  name: string
  value: string
  execution_id: BigIntColumn
  kept_at: GeneratedTimestamp
}

export interface JobReadableOwnerTable {
  job_id: BigIntColumn
  owner_id: BigIntColumn
}

export interface JobSecretTable {
  job_id: BigIntColumn
  name: string
  sealed: Buffer
}

export interface LibraryGroupTable {
  id: GeneratedBigInt
  owner_id: BigIntColumn
  xid: string
  type: string
  name: string
  status: string | null
  event_date: Date | null
  publish_date: Date | null
  first_seen: Date | null
  last_seen: Date | null
  digest: string | null
  tags: string[]
  labels: string[]
  tlp: number | null
  detail: unknown | null
  added_at: Timestamp
  modified_at: Timestamp
}

export interface LifecyclePassTable {
  owner_id: BigIntColumn
  after_id: string | null
  started_at: Timestamp
}

export interface LifecyclePendingTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  indicator_ids: string[]
}

export interface ListLeftOutTable {
  text_id: BigIntColumn
  number: number
  indicator_id: string
  reason: string
}

export interface ListTextTable {
  id: GeneratedBigInt
  list_id: BigIntColumn
  collection_version: number
  value_count: BigIntColumn
  left_out: unknown
  byte_count: BigIntColumn
  gzip_byte_count: BigIntColumn
  sha256: Buffer
  made_at: Timestamp
  replaced_at: Date | null
}

export interface ListTextPartTable {
  text_id: BigIntColumn
  number: number
  body: string
  gzip: Buffer
}

export interface LogLineTable {
  day: string
  execution_id: BigIntColumn
  attempt: number
  seq: number
  at: Timestamp
  stream: string
  level: string
  text: string
}

export interface MailTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  address: string
  subject: string
  text: string
  html: string
  created_at: Timestamp
  tries: Generated<number>
  next_try_at: Timestamp
  sent_at: Date | null
  given_up_at: Date | null
  answer: Generated<string>
}

export interface MailNewsTable {
  organization_id: BigIntColumn
  address: string
  notification_id: BigIntColumn
  part: string
}

export interface MailRecipientTable {
  organization_id: BigIntColumn
  address: string
  mailed_at: Date | null
}

export interface MailSettingsTable {
  is_only_row: Generated<boolean>
  smtp_host: string
  smtp_port: number
  smtp_security: string
  smtp_username: Generated<string>
  smtp_password_sealed: Buffer | null
  smtp_from: string
  smtp_ca_certificates: Generated<string>
  changed_at: Timestamp
}

export interface NotificationTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  key: string
  kind: string
  job_id: string | null
  environment_id: string | null
  server_xid: string | null
  plan_id: string | null
  page: string
  name: string
  sentence: string
  times: Generated<number>
  opened_at: Timestamp
  last_at: Timestamp
  closed_at: Date | null
  closed_sentence: string | null
  is_opening_told: Generated<boolean>
  is_closing_told: Generated<boolean>
}

export interface NotificationRuleTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  job_id: string | null
  environment_id: string | null
  kinds: string[]
  recipients: string[]
  created_by: string
  created_at: Timestamp
}

export interface OrganizationTable {
  id: GeneratedBigInt
  name: string
  created_at: GeneratedTimestamp
  attribute_revision: GeneratedBigInt
}

export interface OwnerTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  kind: Generated<string>
  created_at: GeneratedTimestamp
  status_default: Generated<string>
  removal_started_at: Date | null
  removal_after_id: string | null
  removed_at: Date | null
}

export interface PackageTable {
  sha256: string
  bytes: BigIntColumn
  created_at: GeneratedTimestamp
}

export interface PackageChunkTable {
  sha256: string
  number: number
  content: Buffer
}

export interface PasswordLinkTable {
  user_id: BigIntColumn
  kind: string
  token_sha256: Buffer
  created_at: Timestamp
  expires_at: Timestamp
  asked_by: string
}

export interface PasswordRequestTable {
  id: GeneratedBigInt
  name: string
  address: string
  network: string | null
  asked_at: Timestamp
  tries: Generated<number>
  next_try_at: Date | null
}

export interface PlanTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  control_id: BigIntColumn
  target: string
  execution_id: BigIntColumn
  attempt: number
  holder_execution_id: BigIntColumn
  collection_id: BigIntColumn
  collection_version: number
  state: Generated<string>
  reason: string | null
  desired: BigIntColumn
  held: BigIntColumn
  held_digest: string
  checksum: string
  add_count: GeneratedBigInt
  remove_count: GeneratedBigInt
  guards: unknown
  not_taken: unknown
  values_sha256: Buffer | null
  created_at: Timestamp
  decided_by: string | null
  decided_at: Date | null
}

export interface PlanValuesTable {
  plan_id: BigIntColumn
  number: number
  content: Buffer
}

export interface ReaderTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  username: string | null
  password_hash: string | null
  token_sha256: Buffer | null
  certificate_sha256: Buffer | null
  networks: Generated<string[]>
  created_by: string
  created_at: GeneratedTimestamp
  last_used_at: Date | null
  disabled_at: Date | null
  certificate_pem: string | null
}

export interface ReaderListTable {
  reader_id: BigIntColumn
  list_id: BigIntColumn
}

export interface ReaderTaxiiCollectionTable {
  reader_id: BigIntColumn
  taxii_collection_id: string
  can_read: boolean
  can_write: boolean
}

export interface ReceiptTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  control_id: BigIntColumn
  target: string
  execution_id: BigIntColumn
  attempt: number
  plan_id: string | null
  collection_id: BigIntColumn
  collection_version: number
  state: string
  reason: string | null
  desired: BigIntColumn
  held: BigIntColumn
  missing: BigIntColumn
  extra: BigIntColumn
  added: BigIntColumn
  removed: BigIntColumn
  removed_by: string | null
  not_taken: unknown
  unverified_transport: boolean
  values_sha256: Buffer | null
  created_at: Timestamp
  named: string | null
  overdue_at: Date | null
}

export interface ReceiptValuesTable {
  receipt_id: BigIntColumn
  number: number
  content: Buffer
}

export interface RefusedRequestTable {
  id: GeneratedBigInt
  execution_id: BigIntColumn
  attempt: number
  at: GeneratedTimestamp
  content_length: BigIntColumn
  reason: string
}

export interface RuntimeTable {
  platform: string
  version: string
  sha256: string
  bytes: BigIntColumn
  executable_bytes: BigIntColumn
  licence: Buffer
  added_by: string
  added_at: Timestamp
  organization_id: string | null
}

export interface RuntimeChunkTable {
  platform: string
  number: number
  content: Buffer
}

export interface SchemaMigrationTable {
  number: number
  name: string
  sha256: string
  applied_at: GeneratedTimestamp
}

export interface SecurityLabelTable {
  id: GeneratedBigInt
  name: string
  description: string | null
  color: string | null
  created_at: GeneratedTimestamp
}

export interface ServerKeyTable {
  server_xid: BigIntColumn
  fingerprint: string
  public_key_pem: string
  enrolled_at: Timestamp
  compromised_from: Date | null
}

export interface ServerLogQuotaTable {
  server_xid: BigIntColumn
  day: string
  bytes: BigIntColumn
}

export interface SessionTable {
  token_sha256: Buffer
  user_id: BigIntColumn
  created_at: GeneratedTimestamp
  last_used_at: GeneratedTimestamp
  expires_at: Timestamp
  address: string | null
}

export interface SettingTable {
  name: string
  value: unknown
  changed_at: GeneratedTimestamp
}

export interface SetupLinkTable {
  token_sha256: Buffer
  created_at: GeneratedTimestamp
  expires_at: Timestamp
  used_at: Date | null
}

export interface SightingTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  indicator_id: string
  owner_id: BigIntColumn
  control_id: string | null
  group_id: string | null
  seen_at: Timestamp
  count: Generated<number>
  recorded_at: GeneratedTimestamp
  recorded_by: string
  stix_id: string | null
}

export interface SignInFailureTable {
  subject: string
  at: GeneratedTimestamp
}

export interface SigningKeyTable {
  id: string
  purpose: string
  public_pem: string
  certificate_pem: string | null
  sealed_private: Buffer
  created_at: GeneratedTimestamp
  retired_at: Date | null
  predecessor_id: string | null
  predecessor_ends_at: Date | null
  succession_signature: Buffer | null
  revoked_at: Date | null
  revocation_follower_ids: string[] | null
  revocation_signature: Buffer | null
}

export interface SkippedRunTable {
  job_id: BigIntColumn
  due_at: Timestamp
  reason: string
  times: Generated<number>
}

export interface StixObjectTable {
  number: GeneratedBigInt
  owner_id: BigIntColumn
  object_id: string
  type: string
  version: Timestamp
  spec_version: string
  body: string
  body_sha256: Buffer
  indicator_ids: Generated<string[]>
  group_id: string | null
  outcome: string
  reason: string | null
  added_at: Timestamp
  marking_tlp: number | null
  sighting_of: string | null
  sighted_at: Date | null
  sighted_count: number | null
  named_ids: string[] | null
}

export interface TagTable {
  id: GeneratedBigInt
  name: string
  created_at: GeneratedTimestamp
}

export interface TaxiiCollectionTable {
  id: string
  root_id: BigIntColumn
  title: string
  description: string | null
  alias: string | null
  collection_id: string | null
  owner_id: string | null
  can_read: boolean
  can_write: boolean
  tlp_max: Generated<number>
  object_version: Generated<number>
  number_last: GeneratedBigInt
  added_last: GeneratedTimestamp
  body_bytes_max: Generated<number>
  stix_number: GeneratedBigInt
  created_at: GeneratedTimestamp
  pass_after: Generated<string | null>
  checked_after: string | null
  live_count: GeneratedBigInt
  revoked_count: GeneratedBigInt
  only_values: Generated<boolean>
}

export interface TaxiiObjectTable {
  taxii_collection_id: string
  number: BigIntColumn
  object_id: string
  type: string
  spec_version: string
  version: Timestamp
  added_at: Timestamp
  is_last: boolean
  indicator_id: string | null
  body: string
  is_revoked: Generated<boolean>
  kept_id: string | null
  value_ids: string[] | null
  group_id: string | null
  named_ids: string[] | null
}

export interface TaxiiPendingTable {
  id: GeneratedBigInt
  taxii_collection_id: string
  indicator_ids: Generated<string[]>
  group_ids: Generated<string[]>
}

export interface TaxiiPendingLinkTable {
  id: GeneratedBigInt
  taxii_collection_id: string
  source_indicator: string | null
  source_group: string | null
  target_indicator: string | null
  target_group: string | null
  kind: string
}

export interface TaxiiRelationshipTable {
  taxii_collection_id: string
  object_id: string
  source_indicator: string | null
  source_group: string | null
  target_indicator: string | null
  target_group: string | null
  kind: string
  source_ref: string
  target_ref: string
}

export interface TaxiiRootTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  title: string
  description: string | null
}

export interface TaxiiStatusTable {
  id: string
  root_id: BigIntColumn
  reader_id: string | null
  state: string
  requested_at: Timestamp
  total_count: number
  outcomes: unknown
}

export interface Telemetry10sTable {
  server_xid: BigIntColumn
  at: Timestamp
  period_seconds: number
  cpu_percent: number
  memory_used_percent: number
  disk_used_percent: number
  running: number
  queued: number
  queue_wait_seconds: number
  round_trip_ms: number | null
  messages: number
  server_cpu_percent: number
  server_memory_bytes: number
}

export interface Telemetry1hTable {
  server_xid: BigIntColumn
  at: Timestamp
  period_seconds: number
  cpu_percent: number
  memory_used_percent: number
  disk_used_percent: number
  running: number
  queued: number
  queue_wait_seconds: number
  round_trip_ms: number | null
  messages: number
  server_cpu_percent: number
  server_memory_bytes: number
  cpu_percent_max: number
  memory_used_percent_max: number
  disk_used_percent_max: number
  queued_max: number
  queue_wait_seconds_max: number
  round_trip_ms_max: number | null
}

export interface Telemetry1mTable {
  server_xid: BigIntColumn
  at: Timestamp
  period_seconds: number
  cpu_percent: number
  memory_used_percent: number
  disk_used_percent: number
  running: number
  queued: number
  queue_wait_seconds: number
  round_trip_ms: number | null
  messages: number
  server_cpu_percent: number
  server_memory_bytes: number
  cpu_percent_max: number
  memory_used_percent_max: number
  disk_used_percent_max: number
  queued_max: number
  queue_wait_seconds_max: number
  round_trip_ms_max: number | null
}

export interface TelemetryLatestTable {
  server_xid: BigIntColumn
  at: Timestamp
  said: unknown
  ailments: string[]
  ailments_changed_at: Timestamp
}

export interface TelemetryRollUpTable {
  step: string
  until: GeneratedTimestamp
}

export interface TombstoneTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  owner_id: BigIntColumn
  kind: string
  indicator_id: string | null
  group_xid: string | null
  batch_id: string | null
  deleted_at: GeneratedTimestamp
}

export interface UserAccountTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  username: string
  role: string
  password_hash: string | null
  created_at: GeneratedTimestamp
  disabled_at: Date | null
  mail_address: string | null
}
