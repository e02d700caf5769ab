import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMailServer } from '@postern/simulators'
import { expect, test } from 'vitest'
import { HubSilence, silenceMsMax } from './hub-silence.ts'
import { isMailSetUp, type MailAccess, sendMail } from './send-mail.ts'
import { smtpParameters } from './smtp-parameters.ts'

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

test('ES-16: only an app whose package asks for smtpSettings gets them, and its log never shows the password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-app-'))
  try {
    const given = { settings, password: 'of the mail server' }
    writeFileSync(join(folder, 'install.json'), JSON.stringify({ features: ['fileParams'] }))
    expect(smtpParameters(folder, given)).toEqual({ parameters: {}, secrets: [], egress: [] })
    writeFileSync(join(folder, 'install.json'), JSON.stringify({ features: ['fileParams', 'smtpSettings'] }))
    expect(smtpParameters(folder, given)).toEqual({
      parameters: {
        tc_smtp_host: '127.0.0.1',
        tc_smtp_port: 587,
        tc_smtp_username: 'plant',
        tc_smtp_password: 'of the mail server',
        tc_sys_email: 'plant@example.org',
      },
      secrets: ['of the mail server'],
      egress: ['127.0.0.1:587'],
    })
    expect(
      smtpParameters(folder, { settings: { ...settings, smtpHost: undefined }, password: 'x' }).parameters,
    ).toEqual({})
  } finally {
    rmSync(folder, { recursive: true })
  }
})
