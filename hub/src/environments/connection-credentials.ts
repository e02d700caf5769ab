import type { Db } from '../database/database.ts'

/** What the broker's edge checks a connecting environment server against. Hashes and public keys, nothing secret. */
export type ConnectionCredentials = {
  serverXid: string
  name: string
  environmentId: string
  organizationId: string
  publicKeyPem: string
  certificateSerial: string
  certificateExpiresAt: Date | null
  /** Of the next one, until it has connected with that (D37). */
  renewedCertificateSerial: string | null
  renewedCertificateExpiresAt: Date | null
  brokerTokenSha256: Buffer
  /** Whether its environment lets it connect where TLS is opened on the way (S17). */
  allowsInspectedTls: boolean
  /** Nothing of this opens anything any more. */
  isRevoked: boolean
}

/** Of those that have enrolled. */
export async function findConnectionCredentials(
  db: Db,
  serverXids: readonly string[],
): Promise<Map<string, ConnectionCredentials>> {
  const rows = await db
    .selectFrom('environment_server')
    .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
    .select([
      'server_xid as serverXid',
      'environment_server.name as name',
      'environment_id as environmentId',
      'organization_id as organizationId',
      'public_key_pem as publicKeyPem',
      'certificate_serial as certificateSerial',
      'certificate_expires_at as certificateExpiresAt',
      'renewed_certificate_serial as renewedCertificateSerial',
      'renewed_certificate_expires_at as renewedCertificateExpiresAt',
      'broker_token_sha256 as brokerTokenSha256',
      'allow_inspected_tls as allowsInspectedTls',
      'revoked_at as revokedAt',
      'deleted_at as deletedAt',
    ])
    .where((where) => where('server_xid', '=', where.fn.any(where.val([...serverXids]))))
    .where('enrolled_at', 'is not', null)
    .execute()
  const found = new Map<string, ConnectionCredentials>()
  for (const { revokedAt, deletedAt, ...row } of rows) {
    const { publicKeyPem, certificateSerial, brokerTokenSha256 } = row
    // Enrolment writes all three at once.
    if (publicKeyPem === null || certificateSerial === null || brokerTokenSha256 === null) continue
    const isRevoked = revokedAt !== null || deletedAt !== null
    found.set(row.serverXid, { ...row, publicKeyPem, certificateSerial, brokerTokenSha256, isRevoked })
  }
  return found
}

/** A server has connected with its next certificate: the one before is good for nothing any more (D37). */
export async function endOlderCertificate(db: Db, serverXid: string, serial: string): Promise<void> {
  await db
    .updateTable('environment_server')
    .set((column) => ({
      certificate_serial: column.ref('renewed_certificate_serial'),
      certificate_expires_at: column.ref('renewed_certificate_expires_at'),
      renewed_certificate_serial: null,
      renewed_certificate_expires_at: null,
    }))
    .where('server_xid', '=', serverXid)
    .where('renewed_certificate_serial', '=', serial)
    .execute()
}

/** Which of these servers were revoked, or are to enrol anew. */
export async function revokedAmong(db: Db, serverXids: readonly string[]): Promise<string[]> {
  if (serverXids.length === 0) return []
  const rows = await db
    .selectFrom('environment_server')
    .select('server_xid')
    .where((where) => where('server_xid', '=', where.fn.any(where.val([...serverXids]))))
    .where((where) => where.or([where('revoked_at', 'is not', null), where('enrolled_at', 'is', null)]))
    .execute()
  return rows.map((row) => row.server_xid)
}

/** Which of these servers, whose TLS is opened on the way, are in an environment that does not allow it, or not any more (S17). */
export async function inspectedInVain(db: Db, serverXids: readonly string[]): Promise<string[]> {
  if (serverXids.length === 0) return []
  const rows = await db
    .selectFrom('environment_server')
    .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
    .select('server_xid')
    .where((where) => where('server_xid', '=', where.fn.any(where.val([...serverXids]))))
    .where('allow_inspected_tls', '=', false)
    .execute()
  return rows.map((row) => row.server_xid)
}
