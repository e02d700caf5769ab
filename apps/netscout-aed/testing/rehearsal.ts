import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import * as z from '@postern/app-sdk/zod'
import { startAed } from '@postern/simulators'
import type { AedIdentity } from '@postern/simulators'

const Held = z.record(z.string(), z.array(z.string()))
const State = z.object({
  collections: z.array(z.object({ title: z.string(), held: z.optional(Held) })),
  requests: z.record(z.string(), z.record(z.string(), z.number())),
  inFlight: z.number(),
})
const Requests = z.object({
  requests: z.array(
    z.object({ number: z.number(), kind: z.string(), status: z.number(), fault: z.optional(z.string()) }),
  ),
})
export type MetRequest = z.infer<typeof Requests>['requests'][number]

/** A rehearsal appliance, for tests. */
export interface Rehearsal extends AsyncDisposable {
  readonly identity: AedIdentity
  /** Everything that the collection really holds, sorted, by the appliance's own word and not over the wire. */
  held(): Promise<string[]>
  setFaults(rules: readonly object[]): Promise<void>
  requests(): Promise<z.infer<typeof State>['requests']>
  /** Each request behind a number, with the fault that it met. */
  requestsAfter(number: number): Promise<MetRequest[]>
  /** Requests that the appliance is at work on. */
  inFlight(): Promise<number>
  /** Puts STIX objects into the collection, as another client would. */
  put(objects: readonly object[]): Promise<void>
  /** Empties every collection and takes back all faults. */
  clear(): Promise<void>
  /** Remembers what every collection holds. */
  keep(): Promise<void>
  /** Puts back what was kept. */
  recall(): Promise<void>
}

/** Starts an appliance in this process; it is reached as any other, by its port and by the socket of its back door. */
export async function rehearse(dialects: readonly string[] = [], collection = 'Postern'): Promise<Rehearsal> {
  const folder = await mkdtemp(join(tmpdir(), 'aed-'))
  const { identity, stop } = await startAed({
    stateDir: folder,
    port: 0,
    collections: [collection],
    dialects: [...dialects],
  })
  const state = async () => State.parse(await askOracle(identity.oracleSocket, 'GET', '/state'))
  return {
    identity,
    async held() {
      const { collections } = await state()
      const held = collections.find(({ title }) => title === collection)?.held ?? {}
      return Object.values(held).flat().toSorted()
    },
    async setFaults(rules) {
      await askOracle(identity.oracleSocket, 'POST', '/faults', rules)
    },
    requests: async () => (await state()).requests,
    requestsAfter: async (number) =>
      Requests.parse(await askOracle(identity.oracleSocket, 'GET', `/requests?after=${number}`)).requests,
    inFlight: async () => (await state()).inFlight,
    async put(objects) {
      await askOracle(identity.oracleSocket, 'POST', '/objects', { collection, objects })
    },
    async clear() {
      await askOracle(identity.oracleSocket, 'POST', '/clear')
    },
    async keep() {
      await askOracle(identity.oracleSocket, 'POST', '/keep')
    },
    async recall() {
      await askOracle(identity.oracleSocket, 'POST', '/recall')
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function askOracle(socketPath: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const asked = request({ socketPath, method, path, headers: { 'content-type': 'application/json' } })
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = await once(asked, 'response')
  const read = await json(answer)
  // Whoever is refused by the back door has written a wrong test.
  if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(read)}`)
  return read
}
