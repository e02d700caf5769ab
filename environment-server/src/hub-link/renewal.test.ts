import { Rehearsal, rehearsalXid, waitFor } from '@postern/dev/environment-server'
import { clientCertificate } from '@postern/protocol'
import { generateKeyPairSync } from 'node:crypto'
import { Authority } from '@postern/dev/fake-hub'
import { afterEach, expect, test } from 'vitest'
import { walkNetwork } from '../doctor/walk-network.ts'
import { homeFolder } from '../home/home-folder.ts'
import { readSettings } from '../home/settings.ts'
import type { KeychainContent } from '../keychain/keychain.ts'
import { CertificateKeeper } from './certificate-keeper.ts'
import type { HubHttp } from './hub-http.ts'
import { hubRoutes } from './hub-routes.ts'
import { OwnCertificate } from './own-certificate.ts'

const dayMs = 24 * 3600_000
const rehearsals: Rehearsal[] = []
afterEach(async () => {
  for (const rehearsal of rehearsals.splice(0)) await rehearsal[Symbol.asyncDispose]()
})

async function rehearse(certificateDays: number): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.start({ hub: { certificateDays } })
  rehearsals.push(rehearsal)
  return rehearsal
}

test('ES-22: a server whose certificate ends soon has it renewed, connects with the new one, and has it after a restart (D37)', async () => {
  const { hub, server } = await rehearse(20)
  const isNew = () => hub.renewedSerials.length > 0 && hub.shownSerials.at(-1) === hub.renewedSerials.at(-1)
  await waitFor(isNew, 'the new certificate', () => server.text)
  expect(server.text).toContain('The hub renewed the certificate of this server: it is good until')
  expect(await rehearsals[0]?.run('process.exit(0)')).toMatchObject({ outcome: 'exited' })
  await server.stop()
  await server.startConnected()
  expect(isNew()).toBe(true)
  expect(hub.renewedSerials).toHaveLength(1)
})

test('ES-22: a server that was off past the end of its certificate says so, and comes back by its key', async () => {
  const { hub, server } = await rehearse(-1)
  expect(server.text).toContain('It has ended: this server asks the hub for a new one.')
  expect(hub.shownSerials).toEqual(hub.renewedSerials)

  // While it is off the doctor says the same, and not that the network is to blame.
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const steps = await walkNetwork({
    routes: hubRoutes(readSettings(homeFolder(server.home)), undefined),
    caCertificate: hub.authority.certificate,
    serverXid: rehearsalXid,
    credentials: {
      certificate: await hub.authority.clientCertificate(rehearsalXid, publicKey, -1),
      tlsPrivateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      brokerToken: 'unused',
    },
    isWayOnly: false,
    running: undefined,
    patienceMs: 60_000,
  })
  expect(steps.at(-1)).toMatchObject({ name: 'credentials', state: 'cause', code: 'own-certificate-ended' })
})

/** A keeper over a keychain in memory, whose hub answers as told, and a clock that a test moves. */
async function keeper(days: number) {
  const authority = await Authority.create()
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const issue = (life: number) => authority.clientCertificate('1001', publicKey, life)
  let content: KeychainContent = {
    tlsPrivateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: await issue(days),
  }
  const keychain = {
    get content() {
      return content
    },
    update: (change: Partial<KeychainContent>) => void (content = { ...content, ...change }),
  }
  const own = new OwnCertificate(keychain)
  const at = { ms: Date.now(), asked: 0, said: [] as string[], answer: { status: 503, body: '' } }
  const http: Pick<HubHttp, 'send'> = {
    send: async () => {
      at.asked += 1
      return { ...at.answer, body: Buffer.from(at.answer.body), retryAfterSeconds: undefined, date: undefined }
    },
  }
  const parts = { serverXid: '1001', own, keychain, http: http as HubHttp, clock: { now: () => at.ms } }
  const log = (_level: string, text: string) => void at.said.push(text)
  const renewing = new CertificateKeeper({ ...parts, log, onRenewed: () => {} })
  const look = () => renewing.look(new AbortController().signal)
  return { at, own, issue, look, shown: () => content }
}

test('ES-22: a certificate is asked for from 30 days before its end, again soon where the hub is not well, and hourly where it says no', async () => {
  const { at, look, issue, own } = await keeper(clientCertificate.renewalDays + 1)
  expect([await look(), at.asked]).toEqual([true, 0])
  at.ms += 2 * dayMs
  expect([await look(), await look(), at.asked]).toEqual([false, false, 2])
  expect(at.said).toEqual([expect.stringContaining('status 503')])
  at.answer = { status: 404, body: '' }
  expect([await look(), await look(), at.asked]).toEqual([true, true, 3])
  at.ms += 3_600_000
  const certificate = await issue(90)
  at.answer = { status: 200, body: JSON.stringify({ certificate, confirmed: true, hubTime: '2026-11-21T00:00:00Z' }) }
  expect([await look(), await look(), at.asked]).toEqual([true, true, 4])
  expect(own.shown).toBe(certificate)
})

test('ES-22: of two certificates the one that the hub takes is kept; until then neither is lost', async () => {
  const { own, issue, shown } = await keeper(10)
  const { certificate } = shown()
  own.renewed(await issue(90))
  own.refused(own.shown ?? '')
  expect(own.shown).toBe(certificate)
  own.refused(own.shown ?? '')
  expect(own.shown).not.toBe(certificate)
  own.refused(own.shown ?? '')
  own.connected(certificate ?? '')
  expect(shown()).toMatchObject({ certificate, renewedCertificate: undefined })
  const next = await issue(90)
  own.renewed(next)
  // The old one was on its way when the next came.
  own.connected(certificate ?? '')
  expect(own.isBeingRenewed).toBe(true)
  own.connected(next)
  expect([shown().certificate, own.isBeingRenewed]).toEqual([next, false])
})
