import { type AppPackage, FakeHub, nodeApp, SigningKey } from '@postern/dev/fake-hub'
import type { ExecuteCommand, NarrowPolicyCommand, SignedCommand } from '@postern/protocol'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate } from '../executor/test-gate.ts'

const serverXid = '1001'
let hub: FakeHub
let packages: AppPackage[]
const stranger = new SigningKey()

beforeAll(async () => {
  hub = await FakeHub.start()
  packages = [
    await nodeApp('one_v1', '', hub.publisherKey),
    await nodeApp('one_v1', '// Another version.', hub.publisherKey),
    await nodeApp('two_v1', '', hub.publisherKey),
    await nodeApp('three_v1', '', stranger),
  ]
})
afterAll(() => hub[Symbol.asyncDispose]())

// Few enough that lists often meet.
const targets = ['a.example', 'b.example:443', 'c.b.example']
const kinds = ['feed', 'export', 'action'] as const

/** A list of a policy: absent, or some of these by their number. */
function someOf(count: number) {
  return fc.option(fc.uniqueArray(fc.nat({ max: count - 1 }), { maxLength: count }), { nil: undefined })
}

const lists = fc.record({
  apps: someOf(4),
  versions: someOf(4),
  targets: someOf(3),
  directions: someOf(3),
  publishers: someOf(2),
})
type Lists = typeof lists extends fc.Arbitrary<infer Value> ? Value : never

function policyOf(given: Lists): Record<string, string[]> {
  const named = <Name>(numbers: number[] | undefined, names: readonly Name[]) => numbers?.map((at) => names[at] as Name)
  const all = {
    apps: named(given.apps, ['one_v1', 'two_v1', `one_v1@${packages[1]?.sha256}`, 'three_v1']),
    versions: named(
      given.versions,
      packages.map(({ sha256 }) => sha256),
    ),
    targets: named(given.targets, ['a.example', '*.b.example', 'b.example']),
    directions: named(given.directions, kinds),
    publishers: named(given.publishers, [hub.publisherKey.keyId, stranger.keyId]),
  }
  return Object.fromEntries(Object.entries(all).flatMap(([name, list]) => (list === undefined ? [] : [[name, list]])))
}

/** The policy's meaning in the plainest words, to hold the server's own against. */
function allows(policy: Record<string, string[]>, { app, egress }: ExecuteCommand): boolean {
  const opened = (target: string, list: string[]) =>
    target === 'a.example'
      ? list.includes('a.example')
      : target === 'b.example:443'
        ? list.includes('b.example')
        : list.includes('*.b.example')
  return (
    (policy['publishers']?.includes(app.packageSignature.keyId) ?? true) &&
    (policy['apps']?.some((each) => each === app.programName || each === `${app.programName}@${app.packageSha256}`) ??
      true) &&
    (policy['versions']?.includes(app.packageSha256) ?? true) &&
    (policy['directions']?.includes(app.kind) ?? true) &&
    (policy['targets'] === undefined || egress.every((target) => opened(target, policy['targets'] ?? [])))
  )
}

type Step =
  | { do: 'execute'; app: number; kind: number; targets: number[]; attempt: number }
  | { do: 'narrow'; lists: Lists; late: boolean }
  | { do: 'widen' }
  | { do: 'again'; back: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('execute' as const),
    app: fc.nat({ max: 3 }),
    kind: fc.nat({ max: 2 }),
    targets: fc.uniqueArray(fc.nat({ max: 2 }), { maxLength: 2 }),
    attempt: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ do: fc.constant('narrow' as const), lists, late: fc.boolean() }),
  fc.record({ do: fc.constant('widen' as const) }),
  fc.record({ do: fc.constant('again' as const), back: fc.nat({ max: 5 }) }),
)

function narrowCommand(narrowing: NarrowPolicyCommand['narrowing'], late = false): NarrowPolicyCommand {
  const from = Date.now() - (late ? 3_600_000 : 0)
  return {
    protocolVersion: 5,
    commandId: randomUUID(),
    serverXid,
    notBefore: new Date(from).toISOString(),
    notAfter: new Date(from + 600_000).toISOString(),
    kind: 'narrow-policy',
    narrowing,
  }
}

function commandOf(given: Step, sent: readonly SignedCommand[]): SignedCommand | undefined {
  if (given.do === 'again') return sent.at(-1 - given.back)
  if (given.do === 'narrow') return narrowCommand(policyOf(given.lists), given.late)
  // Names that no narrowing has, so that a list of another meaning cannot slip in, and none at all.
  if (given.do === 'widen') return narrowCommand(sent.length % 2 === 0 ? { allowed: ['one_v1'] } : {})
  const app = packages[given.app]
  if (app === undefined) return undefined
  const kind = kinds[given.kind] ?? 'feed'
  const egress = given.targets.map((at) => targets[at] ?? '')
  return hub.executeCommand(serverXid, app, { app: { kind }, egress, attempt: given.attempt })
}

test('S16, D36: no sequence of commands that the hub signed lets run what the file forbids, or undoes a narrowing', () => {
  fc.assert(
    fc.property(lists, fc.array(step, { minLength: 1, maxLength: 8 }), (fileLists, steps) => {
      const file = policyOf(fileLists)
      const executed: string[] = []
      const gate = openTestGate(hub, serverXid, { executed, told: [], logged: [] }, file)
      const sent: SignedCommand[] = []
      const inForce = [file]
      for (const given of steps) {
        const command = commandOf(given, sent)
        if (command === undefined) continue
        const before = executed.length
        gate.receive(Buffer.from(JSON.stringify(hub.envelope(command))))
        const wasSent = sent.includes(command)
        sent.push(command)
        if (given.do === 'narrow' && !given.late && Object.keys(policyOf(given.lists)).length > 0)
          inForce.push(policyOf(given.lists))
        if (command.kind !== 'execute') {
          expect(executed).toHaveLength(before)
          continue
        }
        const mayRun =
          !wasSent &&
          command.app.packageSignature.keyId === hub.publisherKey.keyId &&
          inForce.every((policy) => allows(policy, command))
        expect(executed.slice(before)).toEqual(mayRun ? [command.executionId] : [])
      }
    }),
  )
})
