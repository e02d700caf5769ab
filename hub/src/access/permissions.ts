import type { AppKind, Role } from '@postern/protocol'
import type { Caller, CallerKind } from './caller.ts'

/** Every permission in the system. A route names exactly one, or `public` (D22). */
export const permissions = [
  'public',
  'access:write',
  'settings:read',
  'settings:write',
  'audit:read',
  'self:read',
  'environments:read',
  'environments:write',
  'runtimes:write',
  'catalog:read',
  'catalog:write',
  'jobs:read',
  'jobs:write',
  'executions:read',
  'executions:run',
  'attempts:write',
  'packages:read',
  'enrol',
  'library:read',
  'library:write',
  'owners:write',
  'exclusions:write',
  'collections:read',
  'collections:write',
  'exports:read',
  'exports:write',
  'plans:decide',
  'readers:read',
  'readers:write',
  'lists:fetch',
  'taxii:use',
] as const
export type Permission = (typeof permissions)[number]

const readOnly: Permission[] = [
  'self:read',
  'environments:read',
  'catalog:read',
  'jobs:read',
  'executions:read',
  'library:read',
  'collections:read',
  'exports:read',
  'readers:read',
  'lists:fetch',
]
const analyst: Permission[] = [...readOnly, 'library:write', 'collections:write', 'executions:run', 'plans:decide']
const organizationAdministrator: Permission[] = [
  ...analyst,
  'owners:write',
  'exclusions:write',
  'environments:write',
  'jobs:write',
  'audit:read',
  'settings:read',
  'readers:write',
]
const administrator: Permission[] = [
  ...organizationAdministrator,
  'access:write',
  'runtimes:write',
  'catalog:write',
  'settings:write',
  'packages:read',
]

const ofRole: Record<Role, ReadonlySet<Permission>> = {
  'read-only': new Set(readOnly),
  analyst: new Set(analyst),
  'organization-administrator': new Set(organizationAdministrator),
  administrator: new Set(administrator),
}

/** What an app may do, by its kind; which owners and collections is checked where they are touched (D22). */
const ofAppKind: Record<AppKind, ReadonlySet<Permission>> = {
  feed: new Set<Permission>(['self:read', 'library:read', 'library:write', 'executions:read']),
  export: new Set<Permission>(['self:read', 'collections:read', 'exports:read', 'exports:write']),
  alerts: new Set<Permission>(['self:read', 'library:read', 'library:write', 'executions:read']),
  action: new Set<Permission>(['self:read', 'library:read', 'library:write', 'executions:read']),
  tcex: new Set<Permission>(['self:read', 'library:read', 'library:write', 'executions:read']),
}

const ofEnvironmentServer: ReadonlySet<Permission> = new Set(['self:read', 'packages:read', 'attempts:write'])

/** Lists may be public or open to networks: each list decides (D27). */
const ofStranger: ReadonlySet<Permission> = new Set(['lists:fetch'])

/** What a reader may ask for; which lists and TAXII collections it has is checked where they are touched (D27). */
const ofReader: ReadonlySet<Permission> = new Set(['lists:fetch', 'taxii:use'])

/** What a route asks of its caller: one permission, and which kinds of credential may speak at all. */
export type RouteRule = {
  permission: Permission
  callers: readonly CallerKind[]
  /** Its bearer tokens are of its own kind, and it checks them itself. */
  ownTokens?: true
}

/** People: a signed-in user, an API token, the local socket. */
export const people = ['user', 'token', 'machine'] as const satisfies readonly CallerKind[]

/** The rule of a route that people use. */
export function forPeople(permission: Permission): { rule: RouteRule } {
  return { rule: { permission, callers: people } }
}

/** The rule of a route that the named kinds of credential use beside people. */
export function forPeopleAnd(permission: Permission, ...callers: CallerKind[]): { rule: RouteRule } {
  return { rule: { permission, callers: [...people, ...callers] } }
}

/** The rule of a route that only the named kinds of credential use. */
export function onlyFor(permission: Permission, ...callers: CallerKind[]): { rule: RouteRule } {
  return { rule: { permission, callers } }
}

/** The rule of lists: who may have one is checked where it is touched (D27). */
export const forListReaders: { rule: RouteRule } = {
  rule: { permission: 'lists:fetch', callers: ['stranger', ...people, 'reader'] },
}

/** The rule of a route that anyone may call, signed in or not. */
export const forEveryone: { rule: RouteRule } = {
  rule: {
    permission: 'public',
    callers: ['stranger', 'user', 'token', 'machine', 'execution', 'environment-server', 'reader'],
  },
}

/** The rule of a route for those whom nobody knows yet, with a token that is of use there alone. */
export const forOwnTokens: { rule: RouteRule } = { rule: { ...forEveryone.rule, ownTokens: true } }

export function mayCall(caller: Caller, rule: RouteRule): boolean {
  if (!rule.callers.includes(caller.kind)) return false
  return rule.permission === 'public' || permissionsOf(caller).has(rule.permission)
}

function permissionsOf(caller: Caller): ReadonlySet<Permission> {
  switch (caller.kind) {
    case 'stranger':
      return ofStranger
    case 'execution':
      return ofAppKind[caller.appKind]
    case 'environment-server':
      return ofEnvironmentServer
    case 'reader':
      return ofReader
    case 'user':
    case 'token':
    case 'machine':
      return ofRole[caller.role]
  }
}
