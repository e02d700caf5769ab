import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReceiptProof } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { verifyReceipt } from './verify-receipt.ts'

const example = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../protocol/examples/${name}.json`, import.meta.url), 'utf8'))
const proof = z.parse(ReceiptProof, example('ReceiptProof'))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
/** The list of the example: its one line. */
const valuesSha256 = sha256(`${JSON.stringify(example('ReceiptValue'))}\n`)

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'receipt-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('D40: a receipt is checked without the hub, down to its list and the key that the server itself shows', () => {
  const lines = verifyReceipt(proof, { valuesSha256, fingerprint: proof.keyFingerprint.toUpperCase() })
  expect(lines).toEqual([
    'Signed by environment server 1000 for execution 4712, attempt 1, which exited.',
    `Fingerprint of its key: ${proof.keyFingerprint}`,
  ])
})

test('D40: whatever of it was changed, the check says what does not hold', () => {
  const changed: [Partial<ReceiptProof>, string][] = [
    [{ receiptText: proof.receiptText.replace('missing 1', 'missing 0') }, 'not among what the server signed'],
    [{ attemptText: proof.attemptText.replace('exited', 'limit') }, 'signature is not by this key'],
    [{ serverXid: '1001' }, 'not an attempt of environment server 1001'],
    [{ keyFingerprint: '0'.repeat(64) }, 'the proof says 0000'],
    [{ publicKey: 'no key' }, 'cannot be read'],
    [{ doubtfulFrom: proof.receivedAt }, 'DOUBTFUL'],
  ]
  for (const [change, problem] of changed) expect(() => verifyReceipt({ ...proof, ...change })).toThrow(problem)
  expect(() => verifyReceipt(proof, { fingerprint: '0'.repeat(64) })).toThrow('not the one that you named')
  expect(() => verifyReceipt(proof, { valuesSha256: sha256('another list') })).toThrow('not the one that the receipt')
  expect(verifyReceipt({ ...proof, doubtfulFrom: '2030-01-01T00:00:00Z' })).toHaveLength(2)
})

test('D40: openssl comes to the same, by the commands of docs/operating/receipts.md', () => {
  const file = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
  file('attempt.txt', proof.attemptText)
  file('receipt.txt', proof.receiptText)
  file('key.pem', proof.publicKey)
  file('signature.der', Buffer.from(proof.signature, 'base64'))
  const manual = readFileSync(new URL('../../../docs/operating/receipts.md', import.meta.url), 'utf8')
  const documented = manual.match(/^openssl .+$/gm) ?? []
  expect(documented).toHaveLength(3)
  const [signature = '', digest = '', fingerprint = ''] = documented.map((line) => line.replace(/ +#.*$/, ''))
  const run = (line: string) => execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  expect(run(signature)).toBe('Verified OK\n')
  const digestOfReceipt = run(digest).split(' ')[0] ?? ''
  expect(proof.attemptText.split('\n')).toContain(`receipt ${digestOfReceipt}`)
  expect(run(fingerprint)).toContain(proof.keyFingerprint)
  file('attempt.txt', proof.attemptText.replace('exited', 'limit'))
  expect(() => run(signature)).toThrow()
})
