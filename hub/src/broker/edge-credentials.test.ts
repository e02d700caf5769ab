// x509 needs it first, as in pki/authority.ts.
import 'reflect-metadata'
import { createPublicKey, type KeyObject, sign, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { renewalProofMessage, topics } from '@postern/protocol'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { EnrolledServer } from '../environments/test-enrolment.ts'
import { createTestEdge } from './test-edge.ts'
import { granted, inspectedPasswordOf, passwordOf } from './test-server-link.ts'

const at = await createTestEdge({ authenticationMs: 30_000, revocationCheckMs: 100 })
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

test('S9: neither the certificate nor the password of a revoked server opens anything, and its topics stay closed to others; ES-21: it alone is told that it was revoked', async () => {
  const [revoked, other] = [await enrol(), await enrol()]
  await at.environments.revoke(at.caller, at.environmentId, revoked.serverXid)
  expect(await refusal(revoked, {})).toContain('Bad username or password')
  const strangers = [
    { proofKey: other.privateKey },
    { password: `${other.brokerToken}.${passwordOf(revoked, seconds()).split('.').slice(1).join('.')}` },
    { certificate: other.certificate, privateKey: other.privateKey },
  ]
  for (const changes of strangers) expect(await refusal(revoked, changes)).toContain('Not authorized')
  expect(reasonsOf(revoked.serverXid).slice(0, 3)).toEqual([
    'it was revoked',
    'the proof is wrong',
    'the brokerToken is wrong',
  ])
  expect(await refusal(other, { password: passwordOf(revoked, seconds()) })).toContain('Not authorized')
  const client = await connect(other)
  for (const topic of [topics.commands(revoked.serverXid), topics.heartbeatAnswer(revoked.serverXid)])
    expect(await granted(client, topic)).toBe(128)
  await vi.waitFor(async () => expect((await refusals(other.serverXid)).length).toBeGreaterThan(0))
})

/** Enrols a server so many days ago, by the hub's clock, which is right again afterwards. */
async function enrolDaysAgo(days: number): Promise<EnrolledServer> {
  hub.clock.advance(-days * 86_400)
  const server = await enrol()
  hub.clock.advance(days * 86_400)
  return server
}

async function renew(server: EnrolledServer, key: KeyObject = server.privateKey, certificate = server.certificate) {
  const caller = await at.environments.authenticateDeliveryToken(server.appDeliveryToken)
  if (caller === undefined) throw new Error('its token opens nothing')
  const serial = new x509.X509Certificate(certificate).serialNumber
  const proof = sign('sha256', Buffer.from(renewalProofMessage(server.serverXid, serial)), key).toString('base64')
  return await at.environments.renew(caller, { serial, proof }, '192.0.2.7')
}

const inspected = { isInspected: true } as const

async function allowInspection(allowInspectedTls: boolean): Promise<void> {
  await at.environments.change(at.caller, at.environmentId, { allowInspectedTls })
}

test('S17: who comes without a certificate is let in only where the environment allows inspected TLS; else it is refused, told so and audited', async () => {
  const server = await enrol()
  for (const inWebSocket of [false, true])
    expect(await refusal(server, { ...inspected, inWebSocket })).toContain('Identifier rejected')
  const reason = 'TLS is opened on the way, which its environment does not allow'
  await vi.waitFor(async () =>
    expect(await refusals(server.serverXid)).toEqual([
      { what: 'connect', reason },
      { what: 'connect', reason },
    ]),
  )
  await allowInspection(true)
  for (const inWebSocket of [false, true]) {
    const client = await connect(server, { ...inspected, inWebSocket })
    expect(await granted(client, topics.commands(server.serverXid))).toBe(1)
    expect(await granted(client, topics.commands((await enrol()).serverXid))).toBe(128)
  }
  await allowInspection(false)
})

test('S17: what is opened on the way ends when the environment allows it no more, within the time of a revocation; others stay', async () => {
  const [server, other] = [await enrol(), await enrol()]
  await allowInspection(true)
  await connect(server, inspected)
  const honest = await connect(other)
  await allowInspection(false)
  await vi.waitFor(() => expect(at.edge.connectedServers()).toEqual([other.serverXid]))
  expect(honest.connected).toBe(true)
})

test('S17: without a certificate nothing of the identity may be missing or another: token, proof, its freshness, its certificate, its names', async () => {
  const [server, other] = [await enrol(), await enrol()]
  await allowInspection(true)
  const now = seconds()
  const used = inspectedPasswordOf(server, now)
  expect(await refusal(server, { ...inspected, password: used })).toBe('connected')
  const renamed = (password: string) => password.replace(/\.[\da-f]+$/, '.01')
  const cases: [Parameters<typeof refusal>[1], string][] = [
    [{ password: used }, 'the proof was used before'],
    [{ password: passwordOf(server, now) }, 'no certificate was shown, and the password names none'],
    [{ certificate: other.certificate }, 'the certificate is not its own'],
    [{ proofKey: other.privateKey }, 'the proof is wrong'],
    [{ password: renamed(inspectedPasswordOf(server, now)) }, 'the certificate is not its own'],
    [{ password: inspectedPasswordOf(server, now).replace(/^[^.]+/, other.brokerToken) }, 'the brokerToken is wrong'],
    [{ proofTime: now - 61 }, "the proof is more than 60 s off the hub's clock"],
    [{ clientId: other.serverXid }, 'the client id is not the user name'],
  ]
  for (const [changes] of cases) expect(await refusal(server, { ...inspected, ...changes })).toContain('Not authorized')
  expect(reasonsOf(server.serverXid)).toEqual(cases.map(([, reason]) => reason))
  // The proof of the one way is none of the other.
  expect(await refusal(server, { password: inspectedPasswordOf(server, now) })).toContain('Not authorized')
  for (const userName of ['', 'x', '-1', '999999999999999999'])
    expect(await refusal(server, { ...inspected, userName, clientId: userName })).not.toBe('connected')
  await at.environments.revoke(at.caller, at.environmentId, server.serverXid)
  expect(await refusal(server, inspected)).toContain('Bad username or password')
  await allowInspection(false)
})

test('S17: strangers who name a server write a few lines into its audit, and take nothing from what is written of itself', async () => {
  const server = await enrol()
  const stranger = { ...inspected, proofKey: (await enrol()).privateKey }
  for (let n = 0; n < 12; n += 1) expect(await refusal(server, stranger)).toContain('Not authorized')
  expect(await refusal(server, { proofKey: stranger.proofKey })).toContain('Not authorized')
  await vi.waitFor(async () => expect(await refusals(server.serverXid)).toHaveLength(11))
})

test('S17: a certificate that is only named counts until its end, and the next one from when it has connected (D37)', async () => {
  const server = await enrolDaysAgo(65)
  await allowInspection(true)
  const { certificate } = await renew(server)
  expect(await refusal(server, inspected)).toBe('connected')
  expect(await refusal(server, { ...inspected, certificate })).toBe('connected')
  expect(await refusal(server, inspected)).toContain('Not authorized')
  const late = await enrolDaysAgo(91)
  expect(await refusal(late, inspected)).toContain('Not authorized')
  expect(reasonsOf(late.serverXid)).toEqual(['the certificate that it names has ended'])
  await allowInspection(false)
})

test('ES-22: a server renews its certificate by the key that it has; the old one is good until the new one has connected (D37)', async () => {
  const server = await enrolDaysAgo(65)
  const lost = await renew(server)
  const { certificate, confirmed } = await renew(server)
  expect(confirmed).toBe(true)
  const life = new x509.X509Certificate(certificate)
  expect(life.notAfter.getTime() - hub.clock.now().getTime()).toBeGreaterThan(89 * dayMs)
  expect(await refusal(server, {})).toBe('connected')
  // An answer that never arrived made no certificate.
  expect(await refusal(server, { certificate: lost.certificate })).toContain('Not authorized')
  expect(await refusal(server, { certificate })).toBe('connected')
  expect(await refusal(server, {})).toContain('Not authorized')
  expect(await refusal(server, { certificate })).toBe('connected')
  const shown = await at.environments.getServer(at.caller, at.environmentId, server.serverXid)
  expect(shown).toMatchObject({ certificateExpiresAt: life.notAfter.toISOString(), confirmed: true })
  const renewals = (await hub.auditActions()).filter(
    ({ action, subject }) =>
      action === 'environment-server.renew' && subject === `environment server ${server.serverXid}`,
  )
  expect(renewals.map(({ detail }) => detail['hadEnded'])).toEqual([false, false])
})

test('ES-22: nobody has a certificate renewed too early, without the key, for another certificate, or once it was revoked', async () => {
  const server = await enrolDaysAgo(59)
  await expect(renew(server)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('good until'),
  })
  hub.clock.advance(86_400)
  await expect(renew(server, (await enrol()).privateKey)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(renew(server, server.privateKey, (await enrol()).certificate)).rejects.toMatchObject({
    code: 'conflict',
  })
  await renew(server)
  hub.clock.advance(-86_400)
  await at.environments.revoke(at.caller, at.environmentId, server.serverXid)
  await expect(renew(server)).rejects.toThrow('its token opens nothing')
})

test('ES-22: a server that slept past the end of its certificate comes back by its key, and runs nothing until a person confirms it', async () => {
  const server = await enrolDaysAgo(91)
  expect(await refusal(server, {})).not.toBe('connected')
  const { certificate, confirmed } = await renew(server)
  expect(confirmed).toBe(false)
  expect(await refusal(server, { certificate })).toBe('connected')
  const seen = () => at.environments.getServer(at.caller, at.environmentId, server.serverXid)
  const { confirmed: isConfirmed, keyFingerprint } = await seen()
  expect(isConfirmed).toBe(false)
  await at.environments.confirm(at.caller, at.environmentId, server.serverXid, { keyFingerprint: keyFingerprint ?? '' })
  expect(await seen()).toMatchObject({ confirmed: true })
})
