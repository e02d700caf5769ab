import { createHash, createPublicKey, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { enrolmentProofMessage } from './http/environment.ts'
import * as protocol from './index.ts'

/** An example is a worked one: what it signs, seals and counts is right. A change to one is a change of the protocol. */
const folder = new URL('../examples/', import.meta.url)
const examples = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as unknown,
  ]),
)
const schemas = messageSchemas(protocol)

/** Exported objects and tuples: the messages and documents of the wire. Scalars and enums are parts of them. */
function messageSchemas(exported: Record<string, unknown>): Map<string, z.ZodMiniType> {
  const found = new Map<string, z.ZodMiniType>()
  for (const [name, value] of Object.entries(exported)) {
    if (value instanceof z.ZodMiniObject || value instanceof z.ZodMiniTuple) found.set(name, value)
  }
  return found
}

/** What is wrong with a set of examples, as sentences; nothing if every schema has one and every one has a schema. */
function exampleProblems(wanted: ReadonlyMap<string, z.ZodMiniType>, shown: ReadonlyMap<string, unknown>): string[] {
  return [
    ...[...wanted.keys()].filter((name) => !shown.has(name)).map((name) => `${name} has no example`),
    ...[...shown].flatMap(([name, example]) => {
      const schema = wanted.get(name)
      if (schema === undefined) return [`${name}.json names no exported schema`]
      const read = z.safeParse(schema, example)
      if (!read.success) return [`${name}.json: ${z.prettifyError(read.error)}`]
      // A misspelt optional field would be dropped unseen.
      return sameFields(read.data, example) ? [] : [`${name}.json has a field that its schema does not know`]
    }),
  ]
}

function sameFields(read: unknown, written: unknown): boolean {
  if (typeof written !== 'object' || written === null || typeof read !== 'object' || read === null)
    return read === written
  const keys = Object.keys(written)
  const own = read as Record<string, unknown>
  const theirs = written as Record<string, unknown>
  return keys.length === Object.keys(own).length && keys.every((key) => sameFields(own[key], theirs[key]))
}

test('every message and document of the protocol has an example, and every example is one of them', () => {
  expect(schemas.size).toBeGreaterThan(90)
  expect(exampleProblems(schemas, examples)).toEqual([])
})

test('canary: a missing, an unknown, a wrong and a misspelt example are named', () => {
  const wanted = messageSchemas({
    Missing: z.object({ a: z.string() }),
    Wrong: z.object({ a: z.string() }),
    Misspelt: z.object({ a: z.optional(z.string()) }),
    Right: z.object({ a: z.string() }),
    notASchema: { a: 1 },
  })
  const shown = new Map<string, unknown>([
    ['Unknown', {}],
    ['Wrong', { a: 1 }],
    ['Misspelt', { aa: 'x' }],
    ['Right', { a: 'x' }],
  ])
  const problems = exampleProblems(wanted, shown)
  expect(problems).toHaveLength(4)
  expect(problems).toContain('Missing has no example')
  expect(problems).toContain('Unknown.json names no exported schema')
  expect(problems).toContain('Misspelt.json has a field that its schema does not know')
  expect(problems.find((problem) => problem.startsWith('Wrong.json'))).toContain('→ at a')
})

test('no example holds a host or an address of anybody', () => {
  const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const hosts = texts.flatMap((text) => text.match(/\b[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|net|org)\b/g) ?? [])
  const addresses = texts.flatMap((text) => text.match(/\b\d{1,3}(\.\d{1,3}){3}\b/g) ?? [])
  expect(hosts.length).toBeGreaterThan(0)
  expect(hosts.filter((host) => !/(^|\.)example\.(com|net|org)$/.test(host))).toEqual([])
  expect(addresses.length).toBeGreaterThan(0)
  expect(addresses.filter((address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([])
})

describe('what the examples say of each other is true', () => {
  const envelope = example('SignedEnvelope', protocol.SignedEnvelope)
  const command = example('ExecuteCommand', protocol.ExecuteCommand)
  const trust = example('BundleTrust', protocol.BundleTrust)
  const settings = example('BundleSettings', protocol.BundleSettings)

  test('D8: the envelope is signed by a key that the bundle pins, over the bytes of its body, which is the command', () => {
    const [pinned = ''] = trust.commandKeys
    const signature = Buffer.from(envelope.signature, 'base64')
    expect(envelope.keyId).toBe(keyId(pinned))
    expect(verify(null, Buffer.from(envelope.body), createPublicKey(pinned), signature)).toBe(true)
    expect(verify(null, Buffer.from(`${envelope.body} `), createPublicKey(pinned), signature)).toBe(false)
    expect(z.parse(protocol.Command, JSON.parse(envelope.body))).toEqual(command)
    expect(command.app.packageSignature.keyId).toBe(keyId(trust.publisherKeys[0] ?? ''))
    const life = Date.parse(command.notAfter) - Date.parse(command.notBefore)
    expect(life).toBeLessThanOrEqual(protocol.limits.commandLifeSecondsMax * 1000)
  })

  test('a command is told by its kind', () => {
    const cancel = example('CancelCommand', protocol.CancelCommand)
    expect(z.parse(protocol.Command, cancel)).toEqual(cancel)
    expect(z.safeParse(protocol.Command, { ...cancel, kind: 'erase' }).success).toBe(false)
  })

  test('S9: the enrolment proves that its sender has the private key of the public one', () => {
    const request = example('EnrolmentRequest', protocol.EnrolmentRequest)
    const message = Buffer.from(enrolmentProofMessage(settings.serverXid, settings.enrolmentToken))
    const proof = Buffer.from(request.proof, 'base64')
    expect(verify('sha256', message, createPublicKey(request.publicKey), proof)).toBe(true)
    expect(Buffer.from(request.sealingPublicKey, 'base64')).toHaveLength(32)
  })

  test('D5: the checksum of the plan is that of its values, version and digest', () => {
    const plan = example('CreatePlan', protocol.CreatePlan)
    const value = example('PlanValue', protocol.PlanValue)
    const text = `${value.join('\t')}\n${plan.collectionVersion}\n${plan.heldDigest}\n`
    expect(plan.checksum).toBe(sha256(text))
    expect(plan.heldDigest).toBe(sha256(''))
  })

  test('D4: the last line of a stream of values counts and hashes the lines before it', () => {
    const line = example('ValueLine', protocol.ValueLine)
    expect(example('ValuesEnd', protocol.ValuesEnd)).toMatchObject({
      count: 1,
      sha256: sha256(`${JSON.stringify(line)}\n`),
    })
  })

  test('D40: the bytes of a plan, of a receipt and of what their server signs are those that the protocol says', () => {
    const receipt = example('CreateReceipt', protocol.CreateReceipt)
    const list = sha256(`${JSON.stringify(example('ReceiptValue', protocol.ReceiptValue))}\n`)
    const proof = example('ReceiptProof', protocol.ReceiptProof)
    expect(proof.receiptText).toBe(protocol.receiptText(receipt, list))
    expect(proof.receiptText).toBe(
      [
        'postern receipt v1',
        'planId "12"',
        'collectionId "6"',
        'collectionVersion 2',
        'target "Postern sample"',
        'state "drift"',
        'reason "1 value is missing"',
        'desired 1',
        'held 0',
        'missing 1',
        'extra 0',
        'added 1',
        'removed 0',
        'removedBy null',
        'unverifiedTransport false',
        'notTaken 3 "File: AED takes no hashes"',
        `values "${list}"`,
        '',
      ].join('\n'),
    )
    const { outcome, signature } = example('AttemptResult', protocol.AttemptResult)
    const written = [
      { kind: 'plan', sha256: sha256(protocol.planText(example('CreatePlan', protocol.CreatePlan))) },
      { kind: 'receipt', sha256: sha256(proof.receiptText) },
    ]
    expect(signature).toMatchObject({ written, signature: proof.signature, keyFingerprint: proof.keyFingerprint })
    const lines = written.map(({ kind, sha256: digest }) => `${kind} ${digest}\n`).join('')
    expect(proof.attemptText).toBe(`postern attempt v1\n1000\n4712\n1\n${outcome}\n${lines}`)
    const key = createPublicKey(proof.publicKey)
    expect(sha256(key.export({ type: 'spki', format: 'der' }))).toBe(proof.keyFingerprint)
    expect(verify('sha256', Buffer.from(proof.attemptText), key, Buffer.from(proof.signature, 'base64'))).toBe(true)
  })

  test('D40: nothing that stands in a receipt can pass for another line of it, and the order of its names says nothing', () => {
    const receipt = example('CreateReceipt', protocol.CreateReceipt)
    const forged = { ...receipt, reason: 'x"\nheld 1', notTaken: { b: 1, 'a\nheld 1': 2 } }
    const text = protocol.receiptText(forged, sha256(''))
    expect(text.split('\n').filter((line) => line.startsWith('held '))).toEqual(['held 0'])
    expect(text).toContain('notTaken 2 "a\\nheld 1"\nnotTaken 1 "b"\n')
    expect(protocol.receiptText({ ...forged, notTaken: { 'a\nheld 1': 2, b: 1 } }, sha256(''))).toBe(text)
  })

  test('D10: the answer to a heartbeat names it', () => {
    const heartbeat = example('Heartbeat', protocol.Heartbeat)
    expect(example('HeartbeatAnswer', protocol.HeartbeatAnswer).replyTo).toBe(heartbeat.id)
  })
})

function example<Schema extends z.ZodMiniType>(name: string, schema: Schema): z.infer<Schema> {
  return z.parse(schema, examples.get(name))
}

/** Hexadecimal SHA-256 of the key's SPKI, first 16 characters (D7). */
function keyId(publicPem: string): string {
  const spki = createPublicKey(publicPem).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('hex').slice(0, 16)
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
