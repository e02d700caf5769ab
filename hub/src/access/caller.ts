import type { AppKind, Role } from '@postern/protocol'

/** Who sent a request, as its credential proved. */
export type Caller =
  | { kind: 'user'; userId: string; name: string; role: Role; organizationId: string }
  | { kind: 'token'; tokenId: string; name: string; role: Role; organizationId: string }
  /** The hub's local socket (D16): who can open the socket is administrator. */
  | { kind: 'machine'; name: string; role: 'administrator'; organizationId: string }
  | {
      kind: 'environment-server'
      serverXid: string
      name: string
      environmentId: string
      organizationId: string
    }
  /** An app, with the rights of its kind (D22). */
  | {
      kind: 'execution'
      name: string
      executionId: string
      attempt: number
      jobId: string
      appKind: AppKind
      organizationId: string
      /** The owner that the job writes to; null for exports. */
      ownerId: string | null
      /** The owners that it may read. */
      readableOwnerIds: readonly string[]
      /** The data collections that the job names. */
      collectionIds: readonly string[]
      controlId: string | null
    }
  /** A machine that fetches lists and TAXII collections (D27). */
  | { kind: 'reader'; readerId: string; name: string; organizationId: string }
  | { kind: 'stranger'; name: 'stranger' }

export type CallerKind = Caller['kind']

/** A caller that speaks for a person or an administrator's script, and so has a role. */
export type PersonCaller = Extract<Caller, { role: Role }>

/** The caller of a route that only people may call; the route's rule has checked it. */
export function person(caller: Caller): PersonCaller {
  if ('role' in caller) return caller
  throw new Error(`a route for people was reached by ${caller.kind}`)
}
