import { Rehearsal } from '@postern/dev/environment-server'
import { appOf, Authority } from '@postern/dev/fake-hub'
import { readCaFolder } from '@postern/intel/certificates'
import { startMailServer } from '@postern/simulators'
import * as files from 'node:fs'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askServer } from '../control/ask-server.ts'
import { homeFolder } from '../home/home-folder.ts'
import { HubSilence, silenceMsMax } from './hub-silence.ts'
import { isMailSetUp, type MailAccess, sendMail } from './send-mail.ts'

const settings: MailAccess['settings'] = {
  smtpHost: '127.0.0.1',
  smtpPort: 587,
  smtpSecurity: 'starttls',
  smtpUsername: 'plant',
  smtpFrom: 'plant@example.org',
  smtpTo: 'ada@example.org, bob@example.org',
}

/** A hub as a server's connection sees it, and a clock that a test moves. */
function silenceOf(access: MailAccess) {
  const link = { isConnected: true, problem: 'Nothing listens on hub.example.org:62000.' }
  const logged: string[] = []
  let now = Date.parse('2026-11-21T08:00:00Z')
  const silence = new HubSilence({
    serverName: () => 'Plant North',
    link: () => link,
    isMailSetUp: () => isMailSetUp(access.settings),
    send: (mail) => sendMail(access, mail),
    now: () => new Date(now),
    log: (_level, text) => void logged.push(text),
  })
  const pass = async (ms: number) => {
    now += ms
    await silence.look()
  }
  return { link, logged, pass }
}

test('ES-16: an environment server mails that its hub cannot be reached after 15 minutes, once, and that it can again', async () => {
  await using server = await startMailServer({
    security: 'starttls',
    account: { username: 'plant', password: 'its own' },
  })
  const access = {
    settings: { ...settings, smtpPort: server.port },
    password: 'its own',
    caCertificates: [server.certificatePem],
  }
  const { link, pass } = silenceOf(access)
  await pass(0)
  link.isConnected = false
  await pass(silenceMsMax - 1)
  expect(server.mails).toEqual([])
  await pass(1)
  await pass(silenceMsMax)
  expect(server.mails).toMatchObject([
    {
      from: 'plant@example.org',
      to: ['ada@example.org', 'bob@example.org'],
      isEncrypted: true,
      raw: expect.stringMatching(/^Subject: Postern: the hub of Plant North cannot be reached\r$/m),
    },
  ])
  expect(server.mails[0]?.raw).toContain('Nothing listens on hub.example.org:62000.')
  link.isConnected = true
  await pass(10_000)
  await pass(10_000)
  expect(server.mails).toHaveLength(2)
  expect(server.mails[1]?.raw).toMatch(/can be reached again/)
})

test('ES-16: a short cut is nobody’s mail; one that could not be sent is tried again, and its end takes its place', async () => {
  await using server = await startMailServer()
  const plain = { ...settings, smtpPort: server.port, smtpSecurity: 'none' as const, smtpUsername: undefined }
  const { link, logged, pass } = silenceOf({ settings: plain, password: undefined, caCertificates: [] })
  link.isConnected = false
  await pass(silenceMsMax - 1)
  link.isConnected = true
  await pass(1)
  expect(server.mails).toEqual([])
  server.refuse({ code: 451, text: '4.3.0 Try again later' })
  link.isConnected = false
  await pass(silenceMsMax)
  expect(logged.at(-1)).toMatch(/could not be sent .*451 4\.3\.0 Try again later/)
  server.refuse(undefined)
  link.isConnected = true
  await pass(59_000)
  expect(server.mails).toHaveLength(1)
  expect(server.mails[0]?.raw).toMatch(/It could not be since 2026-11-21/)
})

test('ES-16: a certificate that nobody vouches for is refused, and without a mail server nothing waits', async () => {
  await using server = await startMailServer({ security: 'tls' })
  const access = {
    settings: { ...settings, smtpPort: server.port, smtpSecurity: 'tls' as const },
    password: 'x',
    caCertificates: [],
  }
  await expect(sendMail(access, { subject: 'x', text: 'x' })).rejects.toThrow(/certificate/)
  const { link, logged, pass } = silenceOf({ ...access, settings: { ...access.settings, smtpTo: undefined } })
  link.isConnected = false
  await pass(silenceMsMax)
  expect([...server.mails, ...logged]).toEqual([])
})

test('ES-17: the mail server may have a certificate of one’s own CA, of the folder; without it the mail says whose it is', async () => {
  const folder = mkdtempSync('/tmp/postern-mail-cas-')
  const authority = await Authority.create('Example Mail CA')
  const identity = await authority.serverIdentity()
  for (const smtpSecurity of ['starttls', 'tls'] as const) {
    await using server = await startMailServer({
      security: smtpSecurity,
      account: { username: 'plant', password: 'its own' },
      identity: { certificatePem: identity.certificate, privateKeyPem: identity.privateKey },
    })
    const own = { ...settings, smtpPort: server.port, smtpSecurity }
    const access = () => ({
      settings: own,
      password: 'its own',
      caCertificates: readCaFolder(folder, files).certificates,
    })
    await expect(sendMail(access(), { subject: 'x', text: 'x' })).rejects.toThrow(
      `127.0.0.1:${server.port} shows a certificate issued by Example Mail CA, which nobody here trusts.`,
    )
    writeFileSync(join(folder, 'own.pem'), authority.certificate)
    await sendMail(access(), { subject: 'x', text: 'x' })
    expect(server.mails).toHaveLength(1)
    rmSync(join(folder, 'own.pem'))
  }
  rmSync(folder, { recursive: true })
})

test('ES-17: a mail server’s certificate that has ended, or is for other names, is told as that, not as one of a CA nobody trusts', async () => {
  const authority = await Authority.create('Example Mail CA')
  for (const [identity, words] of [
    [await authority.serverIdentity(undefined, -1), 'which has ended or has not begun.'],
    [await authority.serverIdentity([{ type: 'dns', value: 'mail.example.org' }]), 'which is for other names.'],
  ] as const) {
    await using server = await startMailServer({
      security: 'tls',
      identity: { certificatePem: identity.certificate, privateKeyPem: identity.privateKey },
    })
    const own = { ...settings, smtpPort: server.port, smtpSecurity: 'tls', smtpUsername: undefined } as const
    const access = { settings: own, password: undefined, caCertificates: [authority.certificate] }
    await expect(sendMail(access, { subject: 'x', text: 'x' })).rejects.toThrow(
      `127.0.0.1:${server.port} shows a certificate issued by Example Mail CA, ${words}`,
    )
    expect(server.mails).toEqual([])
  }
})

test('ES-16: only an app whose package asks for smtpSettings gets them, and its log never shows the password', async () => {
  await using rehearsal = await Rehearsal.start({
    settings: { smtpHost: 'mail.example.org', smtpPort: 2525, smtpUsername: 'plant', smtpFrom: 'plant@example.org' },
  })
  const home = homeFolder(rehearsal.server.home)
  await askServer(home, { ask: 'set-secret', name: 'smtpPassword', value: 'of the mail server' })
  const source = `import { createDecipheriv } from 'node:crypto'
    import { readFileSync } from 'node:fs'
    const decipher = createDecipheriv('aes-128-cbc', process.env.TC_APP_PARAM_KEY, Buffer.alloc(16))
    const given = Buffer.concat([decipher.update(readFileSync(process.env.TC_APP_PARAM_FILE)), decipher.final()])
    const mail = Object.entries(JSON.parse(given)).filter(([name]) => /smtp|email/.test(name))
    console.log(JSON.stringify(mail), mail.some(([, value]) => value === 'of the ' + 'mail server'))`
  const shown = async (features: string[]) => {
    const manifest = { programLanguage: 'NODE', programMain: 'index.mjs', features }
    const { publisherKey } = rehearsal.hub
    const app = await appOf(`mailer_${features.length}_v1`, manifest, { 'index.mjs': source }, publisherKey)
    return await rehearsal.logOf(await rehearsal.execute(rehearsal.hub.addPackage(app)))
  }
  const given = {
    tc_smtp_host: 'mail.example.org',
    tc_smtp_port: 2525,
    tc_smtp_username: 'plant',
    tc_smtp_password: '[secret]',
    tc_sys_email: 'plant@example.org',
  }
  expect(await shown(['fileParams', 'smtpSettings'])).toContain(`${JSON.stringify(Object.entries(given))} true`)
  expect(await shown(['fileParams'])).toContain('[] false')
})
