import { Authority } from '@postern/dev/fake-hub'
import { readCaFolder } from '@postern/intel/certificates'
import * as files from 'node:fs'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext, rootCertificates } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { certificateFiles, trustedByApps, writeAppCertificates } from './app-certificates.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync('/tmp/postern-cas-')))
afterEach(() => rmSync(folder, { recursive: true }))

test('ES-17: every certificate of every PEM file is taken once, as the guide’s fullchain.pem has several', async () => {
  const [first, second] = await Promise.all([Authority.create('First CA'), Authority.create('Second CA')])
  writeFileSync(join(folder, 'fullchain.pem'), `a note\n${first.certificate}\n${second.certificate}`)
  writeFileSync(join(folder, 'again.CRT'), first.certificate)
  writeFileSync(join(folder, 'notes.txt'), 'not looked at')
  const { certificates, problems } = readCaFolder(folder, files)
  expect(certificates).toHaveLength(2)
  expect(problems).toEqual([])
})

test('ES-17: each file that is no good is named with why, and an expired certificate is said', async () => {
  const authority = await Authority.create('Old CA')
  const { certificate, privateKey } = await authority.serverIdentity()
  writeFileSync(join(folder, 'expired.pem'), certificate)
  writeFileSync(join(folder, 'key.pem'), `${certificate}\n${privateKey}`)
  // A line is missing: whatever it held, the lengths do not agree.
  writeFileSync(join(folder, 'damaged.pem'), certificate.split('\n').toSpliced(2, 1).join('\n'))
  const later = Date.now() + 30 * 24 * 3600_000
  const { problems } = readCaFolder(folder, files, { now: later })
  expect(problems).toEqual([
    expect.stringMatching(/damaged\.pem cannot be read as PEM certificates .* and is left out\.$/),
    expect.stringMatching(/expired\.pem holds CN=localhost, which expired at/),
    expect.stringMatching(/key\.pem holds a private key, .* and is left out\.$/),
  ])
})

test('ES-17: a folder that is missing, or holds nothing of the kind, is said; none at all is nothing to say', () => {
  expect(readCaFolder(join(folder, 'missing'), files).problems[0]).toMatch(/missing, which cannot be read: ENOENT/)
  expect(readCaFolder(folder, files).problems[0]).toMatch(/holds no file that ends in \.pem/)
  expect(readCaFolder(undefined, files)).toEqual({ certificates: [], problems: [] })
})

test('ES-17: apps get the public roots, the hub’s CA and their own, in files that they cannot change', async () => {
  const [hub, own] = await Promise.all([Authority.create('Hub CA'), Authority.create('Own CA')])
  const made = { hubCa: hub.certificate, own: [own.certificate], forLanguages: true }
  writeAppCertificates(folder, made)
  const bundle = join(folder, certificateFiles.bundle)
  const text = readFileSync(bundle, 'utf8')
  for (const { certificate } of [hub, own]) expect(text).toContain(certificate.trim())
  expect(() => createSecureContext({ ca: text })).not.toThrow()
  expect(trustedByApps(folder).length).toBeGreaterThan(Math.min(50, rootCertificates.length))
  expect(statSync(bundle).mode & 0o777).toBe(0o644)
  // Made anew only where something changed.
  const { ino } = statSync(bundle)
  writeAppCertificates(folder, made)
  expect(statSync(bundle).ino).toBe(ino)
  writeAppCertificates(folder, { ...made, own: [] })
  expect(readFileSync(bundle, 'utf8')).not.toContain(own.certificate.trim())
})
