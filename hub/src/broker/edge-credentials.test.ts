// x509 needs it first, as in pki/authority.ts.
import 'reflect-metadata'
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { topics } from '@postern/protocol'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { EnrolledServer } from '../environments/test-enrolment.ts'
import { createTestEdge } from './test-edge.ts'
import { granted, passwordOf } from './test-server-link.ts'

const at = await createTestEdge({ authenticationMs: 3000, revocationCheckMs: 100 })
const { hub, enrol, connect, refusal, reasonsOf, refusals } = at
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000

afterEach(async () => await at.closeConnections())
afterAll(async () => await at.close())

const seconds = () => Math.floor(hub.clock.now().getTime() / 1000)

async function importKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ format: 'der', type: 'pkcs8' })
  return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

async function importPublic(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return await webcrypto.subtle.importKey('spki', der, algorithm, true, ['verify'])
}

type Forgery = {
  signedBy?: KeyObject
  notBefore?: number
  notAfter?: number
  usage?: x509.ExtendedKeyUsage
  serial: string
}

/** A certificate for a server's own key and number, with something about it that is not right. */
async function forge(
  server: EnrolledServer,
  { signedBy, notBefore = -dayMs, notAfter = dayMs, usage, serial }: Forgery,
) {
  const ca = await hub.keys.current('ca')
  const signingKey = await importKey(signedBy ?? (await hub.keys.privateKey(ca.id)))
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [server.serverXid] }],
    issuer: new x509.X509Certificate(await hub.authority.certificatePem()).subject,
    notBefore: new Date(Date.now() + notBefore),
    notAfter: new Date(Date.now() + notAfter),
    signingAlgorithm: algorithm,
    publicKey: await importPublic(server.privateKey),
    signingKey,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage ?? x509.ExtendedKeyUsage.clientAuth]),
    ],
  })
  return certificate.toString('pem')
}

test('S17: a certificate that signed itself, expired, is not valid yet or is for another use is no certificate', async () => {
  const server = await enrol()
  const serial = new x509.X509Certificate(server.certificate).serialNumber
  const cases: [string, Forgery][] = [
    ['signed by its own key, in the name of our CA', { serial, signedBy: server.privateKey }],
    ['signed by the key of another server', { serial, signedBy: (await enrol()).privateKey }],
    ['expired', { serial, notBefore: -3 * dayMs, notAfter: -dayMs }],
    ['from tomorrow', { serial, notBefore: dayMs, notAfter: 2 * dayMs }],
    ['for a server of TLS', { serial, usage: x509.ExtendedKeyUsage.serverAuth }],
  ]
  const passed: string[] = []
  for (const [name, forgery] of cases) {
    const told = await refusal(server, { certificate: await forge(server, forgery) })
    // It ends in TLS: the broker has not been asked.
    if (told === 'connected' || told.includes('Not authorized')) passed.push(`${name}: ${told}`)
  }
  expect(passed).toEqual([])
  // With the same figures but none of the faults it is let in, so that the fault is what was refused.
  expect(await refusal(server, { certificate: await forge(server, { serial }) })).toBe('connected')
})

test('S17: a proof is good once, also within its minute and with the other half of its signature', async () => {
  const server = await enrol()
  const password = passwordOf(server, seconds())
  expect(await refusal(server, { password })).toBe('connected')
  expect(await refusal(server, { password })).toContain('Not authorized')
  hub.clock.advance(59)
  expect(await refusal(server, { password })).toContain('Not authorized')
  expect(reasonsOf(server.serverXid)).toEqual(['the proof was used before', 'the proof was used before'])
  expect(await refusal(server, { password: mirrored(passwordOf(server, seconds() - 59), password) })).toContain(
    'Not authorized',
  )
  expect(reasonsOf(server.serverXid).at(-1)).toBe('the proof was used before')
  expect(await refusal(server, {})).toBe('connected')
})

/** The password with (r, n - s) for (r, s), which verifies as well. */
function mirrored(fresh: string, used: string): string {
  const [token = '', time = ''] = fresh.split('.')
  const proof = Buffer.from(used.split('.')[2] ?? '', 'base64url')
  const rLength = proof[3] ?? 0
  const r = proof.subarray(4, 4 + rLength)
  const s = BigInt(`0x${proof.subarray(6 + rLength).toString('hex')}`)
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const hex = (order - s).toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  const other = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
  const body = Buffer.concat([Buffer.from([2, r.length]), r, Buffer.from([2, other.length]), other])
  return `${token}.${time}.${Buffer.concat([Buffer.from([0x30, body.length]), body]).toString('base64url')}`
}

test('S9: neither the certificate nor the password of a revoked server opens anything, and its topics stay closed to others', async () => {
  const [revoked, other] = [await enrol(), await enrol()]
  await at.environments.revoke(at.caller, at.environmentId, revoked.serverXid)
  expect(await refusal(revoked, {})).toContain('Not authorized')
  expect(await refusal(other, { password: passwordOf(revoked, seconds()) })).toContain('Not authorized')
  const client = await connect(other)
  for (const topic of [topics.commands(revoked.serverXid), topics.heartbeatAnswer(revoked.serverXid)])
    expect(await granted(client, topic)).toBe(128)
  await vi.waitFor(async () => expect((await refusals(other.serverXid)).length).toBeGreaterThan(0))
})
