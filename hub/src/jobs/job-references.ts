import { type ParameterValue, platformParameters } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { findJobApp, type JobApp } from './job-store.ts'

/** Everything else that a job names, found and allowed. */
export type JobReferences = {
  ownerId: string | null
  ownerIds: string[]
  collectionIds: string[]
  controlId: string | null
}

export type ReferenceRequest = {
  organizationId: string
  app: JobApp
  parameters: Readonly<Record<string, ParameterValue>>
  owner: string | undefined
  /** That of the environment: for a job that names none (ES-1). */
  usualOwner: string | null
  control: string | undefined
}

export type OwnerNames = { id: string; name: string }[]

export async function ownersOf(db: Db, organizationId: string): Promise<OwnerNames> {
  return await db
    .selectFrom('owner')
    .select(['id', 'name'])
    .where('organization_id', '=', organizationId)
    .where('removal_started_at', 'is', null)
    .orderBy('name')
    .execute()
}

export async function usersOf(db: Db, organizationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('user_account')
    .select('username')
    .where('organization_id', '=', organizationId)
    .where('disabled_at', 'is', null)
    .orderBy('username')
    .execute()
  return rows.map(({ username }) => username)
}

/** @throws Problem `invalid` where the catalog has no such app, or one that is no job's */
export async function appFor(trx: Db, appId: string): Promise<JobApp> {
  const app = isRowId(appId) ? await findJobApp(trx, appId) : undefined
  if (app === undefined) throw new Problem('invalid', `appId: there is no app ${appId} in the catalog.`)
  const levels = [app.install.runtimeLevel].flat().map((level) => level.toLowerCase())
  if (!levels.includes('organization')) {
    throw new Problem(
      'invalid',
      `appId: ${app.install.displayName} is no job app (runtimeLevel ${levels.join(', ')}, wanted Organization).`,
    )
  }
  return app
}

/** ES-26: an environment is used by its own organization alone. */
export async function environmentFor(
  trx: Db,
  organizationId: string,
  environmentId: string,
): Promise<{ id: string; ownerName: string | null; onHub: boolean }> {
  const row = isRowId(environmentId)
    ? await trx
        .selectFrom('environment')
        .leftJoin('owner', 'owner.id', 'environment.owner_id')
        .select(['environment.id as id', 'owner.name as ownerName', 'on_hub as onHub'])
        .where('environment.id', '=', environmentId)
        .where('environment.organization_id', '=', organizationId)
        .where('deleted_at', 'is', null)
        .forShare('environment')
        .executeTakeFirst()
    : undefined
  if (row === undefined)
    throw new Problem('invalid', `environmentId: your organization has no environment ${environmentId}.`)
  return row
}

/** @throws Problem `invalid` that names what was not found and what to do */
export async function resolveReferences(
  trx: Db,
  request: ReferenceRequest,
  owners: OwnerNames,
): Promise<JobReferences> {
  const { app, parameters } = request
  return {
    ownerId: resolveOwner(request, owners),
    ownerIds: namedOwners(app, parameters, owners),
    collectionIds: await resolveCollections(trx, request),
    controlId: await resolveControl(trx, request),
  }
}

/** An owner is never made here: a slip of the pen would be a new source. */
function resolveOwner({ app, parameters, owner, usualOwner }: ReferenceRequest, owners: OwnerNames): string | null {
  const inParameters = parameters[platformParameters.owner]
  const said = owner ?? (typeof inParameters === 'string' ? inParameters : undefined)
  const named = said ?? (app.kind === 'export' ? undefined : (usualOwner ?? undefined))
  if (owner !== undefined && typeof inParameters === 'string' && inParameters !== owner) {
    throw new Problem(
      'invalid',
      `owner is "${owner}", but parameters.${platformParameters.owner} is "${inParameters}": name one owner.`,
    )
  }
  if (named === undefined || named === '') {
    if (app.kind === 'export') return null
    throw new Problem('invalid', `owner: a job of this app writes to an owner; name one of ${listed(owners)}.`)
  }
  if (app.kind === 'export') throw new Problem('invalid', 'owner: an export writes to no owner; leave it out.')
  const found = owners.find(({ name }) => name === named)
  if (found === undefined) {
    throw new Problem(
      'invalid',
      `owner: there is no owner "${named}". Create it first, or name one of ${listed(owners)}.`,
    )
  }
  return found.id
}

function namedOwners(app: JobApp, parameters: ReferenceRequest['parameters'], owners: OwnerNames): string[] {
  const names = app.install.params
    .filter(({ validValues }) => validValues?.includes('${OWNERS}') === true)
    .flatMap(({ name }) => textsOf(parameters[name]))
  return owners.filter(({ name }) => names.includes(name)).map(({ id }) => id)
}

/** Data collections are named by name; an id does as well, for scripts. */
async function resolveCollections(trx: Db, { organizationId, app, parameters }: ReferenceRequest): Promise<string[]> {
  const ids = new Set<string>()
  for (const parameter of app.postern?.collectionParameters ?? []) {
    for (const text of textsOf(parameters[parameter])) {
      const row = await trx
        .selectFrom('collection')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where((e) => (isRowId(text) ? e.or([e('name', '=', text), e('id', '=', text)]) : e('name', '=', text)))
        .orderBy((e) => e('name', '=', text), 'desc')
        .executeTakeFirst()
      if (row === undefined) {
        throw new Problem(
          'invalid',
          `parameters.${parameter}: there is no data collection "${text.slice(0, 100)}". Create it first, or name one that exists.`,
        )
      }
      ids.add(row.id)
    }
  }
  return [...ids]
}

/** The control of an export, made at first mention: it is no more than a name that plans and receipts hang on. */
async function resolveControl(trx: Db, { organizationId, app, control }: ReferenceRequest): Promise<string | null> {
  if (app.kind !== 'export') {
    if (control !== undefined) throw new Problem('invalid', 'control: only exports have a control; leave it out.')
    return null
  }
  const programBase = withoutVersion(app.programName)
  const name = control ?? programBase
  await trx
    .insertInto('control')
    .values({ organization_id: organizationId, name, program_name: programBase })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .execute()
  const row = await trx
    .selectFrom('control')
    .select(['id', 'program_name'])
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  if (row.program_name !== programBase) {
    throw new Problem(
      'conflict',
      `control: "${name}" is a control that ${row.program_name} fills; give this one another name.`,
    )
  }
  return row.id
}

/** `netscout_aed_v1` → `netscout_aed`; `Name_1.0.0` → `Name`. */
export function withoutVersion(programName: string): string {
  return programName.replace(/_v?\d+(\.\d+)*$/, '').slice(0, 64) || programName.slice(0, 64)
}

function textsOf(value: ParameterValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function listed(owners: OwnerNames): string {
  if (owners.length === 0) return "your organization's owners (there is none yet)"
  const shown = owners.slice(0, 20).map(({ name }) => name)
  return `${shown.join(', ')}${owners.length > shown.length ? ', …' : ''}`
}
