import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { Authority } from '@postern/dev/fake-hub'
import { FaultProxy } from '@postern/dev/proxies'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Settings } from '../home/settings.ts'
import { connectionProblem } from './connection-problem.ts'
import { hubRoutes } from './hub-routes.ts'
import { openMessageStream } from './message-stream.ts'

let proxy: FaultProxy
let rehearsal: Rehearsal
beforeAll(async () => {
  proxy = await FaultProxy.start(await Authority.create('Reads Along Ltd'))
  // From the first connection on: they are kept for long.
  proxy.fault = { cutAfterBytes: 50_000 }
  rehearsal = await Rehearsal.start({ settings: { proxyHost: '127.0.0.1', proxyPort: proxy.port, proxyTC: true } })
})
afterAll(async () => {
  await rehearsal[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

/** Lines that no compression makes smaller: about 35 KB a second. */
const talking = `import { randomBytes } from 'node:crypto'
  let n = 0
  const timer = setInterval(() => { for (let k = 0; k < 50; k += 1) console.log('line ' + ++n + ' ' + randomBytes(60).toString('base64')); if (n >= 1500) { clearInterval(timer); setTimeout(() => process.exit(0), 300) } }, 100)`

test('ES-18: a proxy that cuts every connection after some kilobytes loses nothing: one run, the whole log, one result', async () => {
  const { hub, server } = rehearsal
  const app = await rehearsal.app(talking)
  const command = hub.executeCommand('1001', app)
  const { executionId } = command
  // A hub repeats what was not accepted.
  const repeat = setInterval(() => void hub.send(command).catch(() => {}), 500)
  try {
    const { result } = await rehearsal.resultOf(executionId)
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    await waitFor(
      () => hub.log(executionId).length >= result.logSeqLast,
      'the whole log',
      () => server.text,
    )
    expect(hub.log(executionId).filter(({ text }) => text.startsWith('line ')).length).toBe(1500)
    expect(proxy.cut).toBeGreaterThan(1)
    expect(server.text.split(`Execution ${executionId}, attempt 1: ${app.programName} started`).length - 1).toBe(1)
  } finally {
    clearInterval(repeat)
    proxy.fault = undefined
  }
})

test('S17: a proxy that opens TLS gets no word of the server, which names whose certificate it met', async () => {
  const { server, hub } = rehearsal
  proxy.fault = 'open'
  await server.stop()
  // Its last words may still be on their way.
  await waitFor(() => hub.broker.connections === 0, 'the hub to have read all that the server said')
  const heartbeats = hub.heartbeats.length
  const before = server.text.length
  server.start()
  const said = () => server.text.slice(before)
  await waitFor(() => said().includes('Not connected'), 'the server to say why', said)
  expect(said()).toContain(`TLS is being opened by CN=Reads Along Ltd on the way to 127.0.0.1:${hub.broker.port}`)
  expect(said()).toContain('Ask the network team to exempt')
  expect([hub.heartbeats.length, proxy.readAlong]).toEqual([heartbeats, 0])
  proxy.fault = undefined
  await waitFor(() => said().includes('Connected to '), 'the server to connect', said)
})

const settings = {
  apiURL: 'https://hub:8443/',
  brokerHost: 'gate',
  brokerPort: 62_000,
  serverName: 'Branch',
  serverXid: '1',
  proxyTC: false,
  proxyExternal: false,
  appsSandboxUser: 'tc-job',
  appsSessionDaystoKeep: 30,
  relaySystemInfoPublishSeconds: 10,
  smtpPort: 587,
  smtpSecurity: 'starttls',
  allowInspectedTls: false,
} as const

test('ES-18: a switch that wants a proxy, and half a proxy, are refused with the setting to fill', () => {
  const cases: [Partial<Settings>, string][] = [
    [{ proxyTC: true }, 'proxyTC is true, and there is no proxy. Set proxyHost and proxyPort.'],
    [{ proxyExternal: true }, 'proxyExternal is true, and there is no proxy.'],
    [{ proxyHost: 'proxy' }, 'proxyHost is set and proxyPort is not'],
    [{ proxyPort: 3128 }, 'proxyPort is set and proxyHost is not'],
  ]
  for (const [changes, sentence] of cases)
    expect(() => hubRoutes({ ...settings, ...changes }, undefined)).toThrow(sentence)
})

test('ES-18: who answers the WebSocket with anything but one is named: upgrades are taken out on the way', async () => {
  const { hub } = rehearsal
  const keys = await hub.authority.serverIdentity()
  const target = { transport: 'websocket', host: '127.0.0.1', port: hub.api.port, proxy: undefined } as const
  const opened = openMessageStream(target, hub.authority.certificate, keys, AbortSignal.timeout(120_000))
  const error = await opened.catch((each: unknown) => each)
  expect(connectionProblem(error, '127.0.0.1', hub.api.port)).toEqual({
    code: 'websocket-stripped',
    sentence: expect.stringContaining('answered 401 instead of opening a WebSocket'),
  })
})
