// Written from the migrations by tools/describe-schema.ts; a test compares it. Do not edit.
import type { ColumnType, Generated } from 'kysely'

/** A bigint: read as a string, so that no digit is lost; written as either. */
export type BigIntColumn = ColumnType<string, string | number | bigint, string | number | bigint>
export type GeneratedBigInt = ColumnType<string, string | number | bigint | undefined, string | number | bigint>
export type Timestamp = ColumnType<Date, Date | string, Date | string>
export type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

export interface Database {
  api_token: ApiTokenTable
  audit_event: AuditEventTable
  organization: OrganizationTable
  owner: OwnerTable
  schema_migration: SchemaMigrationTable
  session: SessionTable
  setting: SettingTable
  setup_link: SetupLinkTable
  sign_in_failure: SignInFailureTable
  signing_key: SigningKeyTable
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

export interface OrganizationTable {
  id: GeneratedBigInt
  name: string
  created_at: GeneratedTimestamp
}

export interface OwnerTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  name: string
  kind: Generated<string>
  created_at: GeneratedTimestamp
}

export interface SchemaMigrationTable {
  number: number
  name: string
  sha256: string
  applied_at: GeneratedTimestamp
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
}

export interface UserAccountTable {
  id: GeneratedBigInt
  organization_id: BigIntColumn
  username: string
  role: string
  password_hash: string
  created_at: GeneratedTimestamp
  disabled_at: Date | null
}
