import type { WrittenDigest } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'

/** The attempt that wrote a plan or a receipt, and what its server signed of it: nothing, as long as no signature came. */
export type SignedColumns = {
  executionId: string
  attempt: number
  serverXid: string
  serverName: string
  attemptHasEnded: boolean
  keyFingerprint: string | null
  outcome: string | null
  written: WrittenDigest[] | null
  signature: Buffer | null
  receivedAt: Date | null
  /** Null, too, where this server never enrolled with the key that the signature names. */
  publicKeyPem: string | null
  compromisedFrom: Date | null
}

/** Beside the row's own `execution_id`. */
export const signedColumns = sql`a.number as attempt, a.server_xid::text as "serverXid", s.name as "serverName",
  a.finished_at is not null as "attemptHasEnded", g.key_fingerprint as "keyFingerprint", g.outcome, g.written, g.signature,
  g.received_at as "receivedAt", k.public_key_pem as "publicKeyPem", k.compromised_from as "compromisedFrom"`

/** @param row alias of the plan or receipt */
export function signedJoins(row: 'p' | 'r'): RawBuilder<unknown> {
  return sql`
    join attempt a on a.execution_id = ${sql.ref(`${row}.execution_id`)} and a.number = ${sql.ref(`${row}.attempt`)}
    join environment_server s on s.server_xid = a.server_xid
    left join attempt_signature g on g.execution_id = a.execution_id and g.attempt = a.number
    left join server_key k on k.server_xid = a.server_xid and k.fingerprint = g.key_fingerprint`
}
