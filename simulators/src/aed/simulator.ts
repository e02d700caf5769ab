import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import * as z from 'zod'

import { connectionKind, FaultRules } from '../faults/fault-rule.ts'
import type { GivenFaultRule } from '../faults/fault-rule.ts'
import { Faults } from '../faults/faults.ts'
import { listenOnLoopback } from '../http/loopback-server.ts'
import { RequestLog } from '../http/request-log.ts'
import type { Appliance } from './appliance.ts'
import { applianceCertificate, selfSigned } from '../http/certificate.ts'
import { AedDialect } from './dialect.ts'
import { readDialect } from './dialects.ts'
import { frontDoor } from './front-door.ts'
import { newCredentials, readIdentity, writeIdentity } from './identity.ts'
import type { AedIdentity } from './identity.ts'
import { Intake } from './intake.ts'
import { aedSimulatorOptions } from './options.ts'
import type { AedSimulatorOptions } from './options.ts'
import { openOracle, oracleSocketPath } from './oracle.ts'
import { restArea } from './rest/rest-area.ts'
import { heldKinds } from './stix/judge-object.ts'
import type { HeldKind } from './stix/judge-object.ts'
import { AlertStore } from './store/alert-store.ts'
import type { ApplianceAlert } from './store/alert-store.ts'
import { openApplianceDatabase } from './store/appliance-database.ts'
import { openCollections } from './store/collection-store.ts'
import type { Collection } from './store/collection-store.ts'
import { ObjectStore } from './store/object-store.ts'
import { seededAlerts } from './store/seeded-alerts.ts'
import { StatusStore } from './store/status-store.ts'
import { taxiiArea } from './taxii/taxii-area.ts'

/** Distinct values of the indicators in use, sorted, by kind. */
export type HeldValues = Record<HeldKind, string[]>

/** A running rehearsal appliance. `await using` stops it. */
export interface AedSimulator extends AsyncDisposable {
  /** The same as `aed.json` in the state folder. */
  readonly identity: AedIdentity
  /** PEM of the self-signed certificate, to pin. */
  readonly certificatePem: string
  /** What a collection holds, by its title; not over the wire. @throws Error for a title there is not. */
  held(collectionTitle: string): HeldValues
  /** Replaces the faults in force. @throws Error for a kind of request there is not. */
  setFaults(rules: readonly GivenFaultRule[]): void
  /** @returns the numbers the appliance gave them. */
  addAlerts(alerts: readonly ApplianceAlert[]): number[]
  /** Kind of request → status → number, since this start. */
  requestCounts(): Record<string, Record<string, number>>
  stop(): Promise<void>
}

/**
 * Starts a rehearsal NETSCOUT AED on 127.0.0.1.
 * @throws Error for options that are not understood, a folder in use, or no free port.
 */
export async function startAed(
  given: AedSimulatorOptions,
  onBug: (error: unknown) => void = warnOfBug,
): Promise<AedSimulator> {
  const read = aedSimulatorOptions.safeParse(given)
  if (!read.success) throw new Error(`the options are not understood:\n${z.prettifyError(read.error)}`)
  const options = read.data
  const dialect = readDialect(options.dialects, options.dialect)
  const stateDir = resolve(options.stateDir)
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })

  await using stack = new AsyncDisposableStack()
  const database = stack.adopt(openApplianceDatabase(stateDir), (open) => open.close())
  const last = readIdentity(stateDir)
  const certificate = await applianceCertificate(stateDir, 'aed-rehearsal')
  const collections = openCollections(database, options.collections, options.limits.collections)
  const objects = new ObjectStore(database)
  const statuses = new StatusStore(database)
  const alerts = new AlertStore(database)
  if (last === undefined) alerts.add(seededAlerts(Math.floor(Date.now() / 1000)))
  const { limits } = options
  const intake = new Intake({ database, objects, statuses, collections, dialect, limits })
  const { apiToken, stixUsername, stixPassword } = last ?? newCredentials()
  const appliance: Appliance = {
    credentials: { apiToken, stixUsername, stixPassword },
    dialect,
    limits,
    collections,
    objects,
    statuses,
    alerts,
    intake,
  }
  const areas = [taxiiArea(appliance), restArea(appliance)]
  const kinds = [...new Set(areas.flatMap((area) => area.routes.map((route) => route.kind)))]
  const faults = new Faults(kinds, options.faults)
  const log = new RequestLog()
  const startedAt = new Date()
  const collectionFacts = () =>
    collections.map((collection) => ({ title: collection.title, ...intake.counts(collection) }))
  const pageFacts = () => ({
    url: identity.url,
    fingerprintSha256: certificate.fingerprintSha256,
    startedAt,
    limits,
    collections: collectionFacts(),
    dialect: differences(dialect),
    faults: faults.list(),
    requests: log.last(),
  })
  const door = frontDoor({ areas, faults, log, ownOrigin: () => identity.url, pageFacts, onBug })
  const ports = options.port === undefined ? [...(last === undefined ? [] : [last.port]), 0] : [options.port]
  const { server, port } = await listenOnLoopback(certificate, ports, door, {
    certificate: await selfSigned('aed-changed'),
    showsOther: () => faults.take(connectionKind) !== undefined,
  })
  stack.defer(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  const identity: AedIdentity = {
    url: `https://127.0.0.1:${port}`,
    port,
    fingerprintSha256: certificate.fingerprintSha256,
    certificatePath: join(stateDir, 'certificate.pem'),
    ...appliance.credentials,
    oracleSocket: oracleSocketPath(stateDir),
    pid: process.pid,
    startedAt: startedAt.toISOString(),
  }
  const held = (collection: Collection) =>
    Object.fromEntries(heldKinds.map((kind) => [kind, objects.heldValues(collection, kind)])) as HeldValues
  const state = (withValues: boolean) => ({
    collections: collections.map((collection) => ({
      id: collection.id,
      title: collection.title,
      ...intake.counts(collection),
      ...(withValues ? { held: held(collection) } : {}),
    })),
    requests: log.counts(),
    inFlight: log.inFlight,
  })
  let isKept = false
  const oracle = await openOracle({
    path: identity.oracleSocket,
    state,
    requestsAfter: (number) => log.after(number),
    faults,
    alerts,
    clear() {
      faults.replace([])
      for (const collection of collections) intake.clear(collection)
    },
    keep() {
      objects.keep()
      isKept = true
    },
    recall() {
      if (isKept) intake.recall(collections)
      return isKept
    },
    take(title, taken) {
      const collection = collections.find((candidate) => candidate.title === title)
      return collection === undefined ? undefined : intake.take(collection, taken)
    },
  })
  stack.defer(async () => {
    oracle.closeAllConnections()
    await new Promise((done) => oracle.close(done))
  })
  // Written last: whoever waits for this file finds an appliance that answers.
  writeIdentity(stateDir, identity)

  const running = stack.move()
  return {
    identity,
    certificatePem: certificate.certificatePem,
    held(title) {
      const collection = collections.find((candidate) => candidate.title === title)
      if (collection === undefined) throw new Error(`the appliance has no collection ${title}`)
      return held(collection)
    },
    setFaults: (rules) => faults.replace(FaultRules.parse(rules)),
    addAlerts: (added) => alerts.add(added),
    requestCounts: () => log.counts(),
    stop: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function differences(dialect: AedDialect): Record<string, unknown> {
  const usual = AedDialect.parse({})
  return Object.fromEntries(Object.entries(dialect).filter(([key, value]) => Reflect.get(usual, key) !== value))
}

function warnOfBug(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
