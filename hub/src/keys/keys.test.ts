import { createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { Authority } from '../pki/authority.ts'
import { revokeKey, rotateKey } from './change-keys.ts'
import { commandKeyFor } from './command-key.ts'
import { keyIdOf, Keys } from './keys.ts'
import { SecretBox } from './secret-box.ts'
import { readSecretKey } from './secret-key-file.ts'

let database: TestDatabase
let connection: DatabaseConnection
const secretKey = randomBytes(32)

beforeAll(async () => {
  database = await createTestDatabase()
  connection = connectDatabase(database.url, () => {})
})

afterAll(async () => {
  await connection.close()
  await database.drop()
})

test('D7: hubs that start at once agree on one key, and sign with it', async () => {
  const hubs = [1, 2, 3].map(() => new Keys(connection.db, new SecretBox(secretKey)))
  const keys = await Promise.all(hubs.map(async (hub) => await hub.current('command')))
  expect(new Set(keys.map((key) => key.id)).size).toBe(1)
  const bytes = Buffer.from('{"kind":"execute"}')
  const { keyId, signature } = await new Keys(connection.db, new SecretBox(secretKey)).sign('command', bytes)
  const publicKey = createPublicKey(keys[0]?.publicPem ?? '')
  expect(keyId).toBe(keyIdOf(publicKey))
  expect(verify(null, bytes, publicKey, signature)).toBe(true)
})

test('D7: private keys in the database do not open under another secret key', async () => {
  const { id } = await new Keys(connection.db, new SecretBox(secretKey)).current('publisher')
  const foreign = new Keys(connection.db, new SecretBox(randomBytes(32)))
  await expect(foreign.privateKey(id)).rejects.toThrow('secret key')
})

test('D9: what is sealed for one row does not open for another, nor with one bit changed', () => {
  const box = new SecretBox(secretKey)
  const sealed = box.seal(Buffer.from('hunter2'), 'job:1:token')
  expect(box.open(sealed, 'job:1:token').toString()).toBe('hunter2')
  expect(() => box.open(sealed, 'job:2:token')).toThrow('job:2:token')
  const changed = Buffer.from(sealed)
  changed[20] = (changed[20] ?? 0) ^ 1
  expect(() => box.open(changed, 'job:1:token')).toThrow()
})

test('D7: the secret key is made once, and a file that others can read is refused', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'postern-key-')), 'secret.key')
  const made = readSecretKey(file, true)
  expect(readSecretKey(file, true)).toEqual(made)
  chmodSync(file, 0o644)
  expect(() => readSecretKey(file, false)).toThrow('chmod 600')
  writeFileSync(file, 'short')
  chmodSync(file, 0o600)
  expect(() => readSecretKey(file, false)).toThrow('32 bytes')
  expect(readFileSync(file, 'utf8')).toBe('short')
})

test('ES-27: the CA issues a server certificate for every public name, and clients by serverXid', async () => {
  const authority = new Authority(new Keys(connection.db, new SecretBox(secretKey)))
  const ca = new X509Certificate(await authority.certificatePem())
  const server = await authority.issueServerCertificate(['hub.example.org', '192.0.2.7', '2001:db8::7'])
  const certificate = new X509Certificate(server.certificatePem)
  expect(certificate.verify(ca.publicKey)).toBe(true)
  expect(certificate.checkHost('hub.example.org')).toBe('hub.example.org')
  expect(certificate.checkIP('192.0.2.7')).toBe('192.0.2.7')
  const client = await authority.issueClientCertificate('1001', certificate.publicKey, new Date())
  const clientCertificate = new X509Certificate(client.certificatePem)
  expect([clientCertificate.subject, clientCertificate.verify(ca.publicKey)]).toEqual(['CN=1001', true])
  expect(BigInt(`0x${clientCertificate.serialNumber}`)).toBe(BigInt(`0x${client.serial}`))
})

test('D7: a key is rotated, revoked and signs over the one connection that a change has, since the pool may have no other', async () => {
  const { db, close } = connectDatabase(database.url, () => {}, 1)
  // Each time a hub that knows no private key yet.
  const hub = () => new Keys(db, new SecretBox(secretKey))
  try {
    const now = new Date()
    const { follower } = await db.transaction().execute((trx) => rotateKey(trx, hub(), 'publisher', now))
    await db.transaction().execute((trx) => revokeKey(trx, hub(), follower.id, now))
    expect((await hub().all('publisher')).map(({ revokedAt }) => revokedAt)).toEqual([null, now, null])
    const bytes = Buffer.from('what is signed')
    const token = await db.transaction().execute((trx) => hub().sign('token', bytes, trx))
    const notAfter = new Date(now.getTime() + 60_000).toISOString()
    const signer = await db.transaction().execute((trx) => commandKeyFor(hub(), { serverXid: '1001', notAfter }, trx))
    expect([token.keyId, signer]).toEqual([(await hub().current('token')).id, (await hub().current('command')).id])
  } finally {
    await close()
  }
})
