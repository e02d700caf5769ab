import { FakeHub, nodeApp, SigningKey } from '@postern/dev/fake-hub'
import { limits, type ExecuteCommand } from '@postern/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CommandGate } from './command-gate.ts'
import { openTestGate } from './test-gate.ts'

const serverXid = '1001'
let hub: FakeHub
let command: ExecuteCommand
let gate: CommandGate
/** What came through: executions, and words to the hub. */
let executed: string[]
let told: string[]
let logged: string[]

beforeAll(async () => {
  hub = await FakeHub.start()
  command = hub.executeCommand(serverXid, await nodeApp('app_v1', '', hub.publisherKey))
})
afterAll(() => hub[Symbol.asyncDispose]())
beforeEach(() => open())

function open(): void {
  executed = []
  told = []
  logged = []
  gate = openTestGate(hub, serverXid, { executed, told, logged })
}

function signed(body: string, key = hub.commandKey) {
  return { v: 1, keyId: key.keyId, body, signature: key.sign(Buffer.from(body)) }
}

function receive(payload: string | Buffer): { executed: string[]; told: string[] } {
  gate.receive(Buffer.from(payload))
  return { executed, told }
}

const nothing = { executed: [], told: [] }

test('D8: no bytes but those that the hub signed come through, and nothing else is even answered', () => {
  const good = JSON.stringify(signed(JSON.stringify(command)))
  const place = fc.double({ min: 0, max: 0.9999, noNaN: true })
  const changed = fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    const bytes = Buffer.from(good)
    const index = Math.floor(at * bytes.length)
    bytes[index] = (bytes[index] ?? 0) ^ mask
    return bytes
  })
  const cut = fc.tuple(place, place).map(([from, to]) => {
    const [start, end] = [from, to].sort((a, b) => a - b).map((each) => Math.floor(each * good.length))
    return Buffer.from(good.slice(0, start) + good.slice(end))
  })
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
    fc.json().map((each) => Buffer.from(each)),
    fc
      .constantFrom('['.repeat(100_000), `{"body":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, '')
      .map((each) => Buffer.from(each)),
  )
  fc.assert(
    fc.property(fc.oneof(changed, cut, anything), (payload) => {
      // A cut of nothing leaves what was signed.
      fc.pre(payload.toString() !== good && envelopeOf(payload) !== good)
      expect(receive(payload)).toEqual(nothing)
    }),
  )
  expect(logged.every((line) => line.startsWith('A command was thrown away'))).toBe(true)
  expect(receive(good)).toEqual({ executed: [command.executionId], told: ['accepted'] })
})

/** The four fields as read: a change outside of them, such as of a blank, is no change of the envelope. */
function envelopeOf(payload: Buffer): string | undefined {
  try {
    const { v, keyId, body, signature } = JSON.parse(payload.toString()) as Record<string, unknown>
    return JSON.stringify({ v, keyId, body, signature })
  } catch {
    return undefined
  }
}

test('D8: a signature is over these bytes: data after them, before them, or another spelling of them is thrown away', () => {
  const envelope = signed(JSON.stringify(command))
  const bodies = [
    `${envelope.body} `,
    ` ${envelope.body}`,
    `${envelope.body}\n`,
    `${envelope.body}{}`,
    `\ufeff${envelope.body}`,
    envelope.body.replace(serverXid, `\\u0031${serverXid.slice(1)}`),
    envelope.body.replace(/\}$/, ',"attempt":2}'),
  ]
  for (const body of bodies) expect(receive(JSON.stringify({ ...envelope, body }))).toEqual(nothing)
  const bytes = Buffer.from(envelope.signature, 'base64')
  const signatures = [Buffer.concat([bytes, Buffer.alloc(1)]), bytes.subarray(1), Buffer.alloc(64), Buffer.alloc(0)]
  for (const each of signatures)
    expect(receive(JSON.stringify({ ...envelope, signature: each.toString('base64') }))).toEqual(nothing)
  expect(receive(`${JSON.stringify(envelope)}{}`)).toEqual(nothing)
  expect(receive(JSON.stringify(envelope)).executed).toEqual([command.executionId])
})

test("D8: a key that was retired, or never was the hub's, signs nothing, whatever name it gives itself", () => {
  const retired = new SigningKey()
  const body = JSON.stringify(command)
  for (const keyId of [retired.keyId, hub.commandKey.keyId, hub.publisherKey.keyId])
    expect(receive(JSON.stringify({ ...signed(body, retired), keyId }))).toEqual(nothing)
  // Publisher keys sign packages, and no commands.
  expect(receive(JSON.stringify(signed(body, hub.publisherKey)))).toEqual(nothing)
})

test('D8: a command that was taken is acknowledged again and never done again, edited or under another signature', () => {
  const payload = JSON.stringify(signed(JSON.stringify(command)))
  for (let times = 0; times < 5; times += 1) receive(payload)
  receive(JSON.stringify(signed(JSON.stringify({ ...command, timeoutSeconds: 1 }))))
  expect(executed).toEqual([command.executionId])
})

test("D8: what the hub's own key signed and is no command for this server is thrown away, and never throws", () => {
  const fields = Object.keys(command)
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, -1, 1e308, '', '\0', '__proto__', '2026-13-01T00:00:00Z'),
  )
  const odd = fc
    .tuple(fc.constantFrom(...fields), value)
    .map(([field, given]) => JSON.stringify({ ...command, [field]: given }))
  fc.assert(
    fc.property(fc.oneof(odd, fc.json(), fc.string()), (body) => {
      open()
      receive(JSON.stringify(signed(body)))
      const taken = executed.length > 0
      if (taken) expect(JSON.parse(body)).toMatchObject({ serverXid, kind: 'execute' })
    }),
  )
})

test('D8: an envelope larger than a message may be is not even read', () => {
  const body = JSON.stringify({ ...command, padding: 'x'.repeat(limits.messageBytesMax) })
  expect(receive(JSON.stringify(signed(body)))).toEqual(nothing)
  expect(logged).toEqual([expect.stringContaining('too large')])
})
