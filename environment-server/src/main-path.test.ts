import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start({ settings: { somethingNewer: 'kept' } })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

/** Reads its parameters as TcEx does, speaks on every channel, and leaves message and results. */
const helloApp = `
import { createDecipheriv } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const file = process.env.TC_APP_PARAM_FILE
const decipher = createDecipheriv('aes-128-cbc', process.env.TC_APP_PARAM_KEY, Buffer.alloc(16))
const parameters = JSON.parse(Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]))
rmSync(file)
console.log('plain line')
console.log(JSON.stringify({ level: 'warn', text: 'said in JSON' }))
console.error('on stderr')
appendFileSync(join(parameters.tc_log_path, 'app.log'), '2026-11-21 10:00:00 - tcex - ERROR - in the log file\\n')
const { tc_token, ...shown } = parameters
console.log('PARAMETERS ' + JSON.stringify(shown))
console.log('ENVIRONMENT ' + JSON.stringify(Object.keys(process.env).sort()))
console.log('PLACES ' + JSON.stringify({ cwd: process.cwd(), installJson: existsSync('install.json'), ca: existsSync(process.env.NODE_EXTRA_CA_CERTS), keyLength: process.env.TC_APP_PARAM_KEY.length }))
writeFileSync(join(parameters.tc_out_path, 'message.tc'), 'x'.repeat(300) + ' all done\\n')
writeFileSync(join(parameters.tc_out_path, 'results.tc'), 'cursor = a = b\\nold = null\\n')
process.exit(3)
`

test('ES-6: an app whose language nothing here runs is refused in words that say so to the hub as well', async () => {
  const app = { programLanguage: 'PYTHON', programMain: 'run.py' } as const
  const executionId = await rehearsal.execute('', { app })
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('set appsPythonHome311 on'),
    lacksInterpreter: true,
  })
  const said = rehearsal.hub.heartbeats.at(-1)?.interpreters?.map(({ language }) => language)
  expect(said).toBeDefined()
  expect(said).not.toContain('PYTHON')
  const told = () => rehearsal.hub.events.find((each) => each.executionId === executionId && each.event === 'refused')
  // It comes by another way than the result.
  expect((await waitFor(told, 'the refusal to be told')).lacksInterpreter).toBe(true)
})

test('ES-5: a signed command fetches its package, runs the app, and delivers log and result', async () => {
  const executionId = await rehearsal.execute(helloApp, {
    secrets: { parameters: { owner: 'Feed', limit: 5, tc_verify: false } },
  })
  const { result } = await rehearsal.resultOf(executionId)
  expect(result).toMatchObject({
    outcome: 'exited',
    exitCode: 3,
    results: { cursor: 'a = b', old: null },
    tier: 'isolated',
  })
  expect(result.message).toHaveLength(255)
  expect(result.message).toMatch(/x all done$/)

  const texts = await rehearsal.logOf(executionId)
  const log = rehearsal.hub.log(executionId)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_line, index) => index + 1))
  expect(log).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ stream: 'stdout', level: 'info', text: 'plain line' }),
      expect.objectContaining({ stream: 'stdout', level: 'warn', text: 'said in JSON' }),
      expect.objectContaining({ stream: 'stderr', level: 'warn', text: 'on stderr' }),
      expect.objectContaining({ stream: 'app', level: 'error', text: expect.stringContaining('in the log file') }),
    ]),
  )
  const told = (name: string) =>
    JSON.parse(texts.find((text) => text.startsWith(`${name} `))?.slice(name.length + 1) ?? 'null')
  const inside = `/execution/${executionId}-1`
  expect(told('PARAMETERS')).toEqual({
    owner: 'Feed',
    limit: 5,
    tc_api_path: `https://127.0.0.1:${rehearsal.hub.api.port}/api`,
    tc_token_expires: 4_000_000_000,
    tc_in_path: `${inside}/in`,
    tc_out_path: `${inside}/out`,
    tc_log_path: `${inside}/log`,
    tc_temp_path: '/tmp',
    tc_log_level: 'info',
    tc_verify: true,
    postern_execution_id: executionId,
    postern_attempt: 1,
  })
  expect(told('PLACES')).toEqual({ cwd: '/app', installJson: true, ca: true, keyLength: 16 })
  // Nothing of the server's own environment; PWD is the shell's.
  expect(told('ENVIRONMENT').filter((name: string) => name !== 'PWD')).toEqual([
    'HOME',
    'LANG',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'PATH',
    'POSTERN_EGRESS_SOCKET',
    'TC_APP_PARAM_FILE',
    'TC_APP_PARAM_KEY',
    'TMPDIR',
    'TZ',
  ])
})

test('ES-5: a package is fetched when first executed, and reused afterwards', async () => {
  const app = await rehearsal.app('process.exit(0)')
  await rehearsal.run(app)
  expect(await rehearsal.run(app)).toMatchObject({ outcome: 'exited', exitCode: 0, message: '' })
  expect(rehearsal.hub.packageDownloads.filter((sha256) => sha256 === app.sha256)).toHaveLength(1)
})

test('ES-3: enrolment leaves keys in the keychain alone and takes the spent token out of the settings', () => {
  const hidden = join(rehearsal.server.home, '.postern-envsvr')
  const settings = JSON.parse(readFileSync(join(hidden, 'settings.json'), 'utf8')) as Record<string, unknown>
  expect(settings).not.toHaveProperty('enrolmentToken')
  expect(settings).toMatchObject({ serverXid: '1001', somethingNewer: 'kept' })
  for (const name of readdirSync(join(hidden, 'keystore'))) {
    expect(readFileSync(join(hidden, 'keystore', name), 'utf8')).not.toMatch(/PRIVATE KEY/)
  }
  expect(statSync(hidden).mode & 0o077).toBe(0)
  expect(statSync(join(hidden, 'keystore', 'keychain.json')).mode & 0o077).toBe(0)
})

test('ES-3: it prints Connected to <brokerHost>:<port>', () => {
  expect(rehearsal.server.text).toContain(`Connected to 127.0.0.1:${rehearsal.hub.broker.port}`)
})

test('ES-15: heartbeats come by themselves and name the tier, the executors and what is held', async () => {
  const before = rehearsal.hub.heartbeats.length
  const heartbeat = await waitFor(() => rehearsal.hub.heartbeats[before], 'a heartbeat')
  expect(heartbeat).toMatchObject({ serverXid: '1001', serverName: 'Server 1001', state: 'ready', tier: 'isolated' })
  expect(heartbeat.executors).toBeGreaterThanOrEqual(1)
})

test('ES-23: a server that was stopped and started again connects with what it keeps, without a token', async () => {
  await rehearsal.server.stop()
  expect(rehearsal.server.exitCode).toBe(0)
  expect(rehearsal.server.text).toContain('Stopped.')
  await rehearsal.server.startConnected()
  expect(await rehearsal.run('console.log(1)')).toMatchObject({ outcome: 'exited', exitCode: 0 })
})

test('D9: parameters and temporary files are gone when the app has ended; what it put out stays', async () => {
  const executionId = await rehearsal.execute(
    `import { writeFileSync } from 'node:fs'; writeFileSync('/tmp/left', 'x'); console.log(1)`,
  )
  await rehearsal.resultOf(executionId)
  const folder = join(rehearsal.server.home, '.postern-envsvr', 'exchange', 'jobs', executionId, '1')
  expect(readdirSync(folder).sort()).toEqual(['log', 'out'])
  expect(existsSync(join(folder, 'in'))).toBe(false)
})

test('ES-6: an app in a language that this server has no interpreter for is refused with the setting to fill', async () => {
  const result = await rehearsal.run('', { app: { programLanguage: 'PYTHON', programMain: 'run.py' } })
  expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('set appsPythonHome311') })
})

test('ES-25: what an execution used is measured', async () => {
  const result = await rehearsal.run(`
    const held = Buffer.alloc(120 * 1024 * 1024, 1)
    // Mostly by counting: each look at the clock is work of the kernel's, which counts as well.
    for (let n = 0; process.cpuUsage().user < 2_000_000; ) for (const to = n + 1e6; n < to; n += 1);
    console.log(held.length)`)
  expect(result.usage?.cpuSeconds).toBeGreaterThan(1.8)
  expect(result.usage?.cpuSeconds).toBeLessThan(10)
  expect(result.usage?.wallSeconds).toBeGreaterThan(1.8)
  expect(result.usage?.memoryPeakBytes).toBeGreaterThan(120 * 1024 * 1024)
})
