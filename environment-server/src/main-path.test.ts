import { EnvironmentServerProcess, makeHome, waitFor } from '@postern/dev/environment-server'
import { FakeHub, nodeApp } from '@postern/dev/fake-hub'
import { readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let hub: FakeHub
let server: EnvironmentServerProcess

beforeAll(async () => {
  hub = await FakeHub.start()
  const home = makeHome()
  hub.writeBundle(home, '1001')
  server = new EnvironmentServerProcess(home)
  await server.startConnected()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

/** Reads its parameters as TcEx does, speaks on every channel, and leaves message and results. */
const helloApp = `
import { createDecipheriv } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs'
import { join } from 'node:path'
const file = process.env.TC_APP_PARAM_FILE
const decipher = createDecipheriv('aes-128-cbc', process.env.TC_APP_PARAM_KEY, Buffer.alloc(16))
const parameters = JSON.parse(Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]))
rmSync(file)
console.log('plain line')
console.log(JSON.stringify({ level: 'warn', text: 'said in JSON' }))
console.error('on stderr')
appendFileSync(join(parameters.tc_log_path, 'app.log'), '2026-11-21 10:00:00 - tcex - ERROR - in the log file\\n')
writeFileSync(join(parameters.tc_out_path, 'message.tc'), 'all done\\n')
writeFileSync(join(parameters.tc_out_path, 'results.tc'), 'cursor = a = b\\nold = null\\n')
writeFileSync(join(parameters.tc_out_path, 'seen.json'), JSON.stringify({ parameters, environment: process.env, cwd: process.cwd() }))
process.exit(3)
`

test('ES-5: a signed command fetches its package, runs the app, and delivers result and log', async () => {
  const app = hub.addPackage(await nodeApp('hello_v1', helloApp, hub.publisherKey))
  const command = hub.executeCommand('1001', app, { secrets: { parameters: { owner: 'Feed', limit: 5 } } })
  await hub.send(command)
  const { result } = await waitFor(
    () => hub.result(command.executionId),
    'the result',
    () => server.text,
  )
  expect(result).toMatchObject({
    outcome: 'exited',
    exitCode: 3,
    message: 'all done',
    results: { cursor: 'a = b', old: null },
    tier: 'isolated',
  })
  const log = await waitFor(
    () => hub.log(command.executionId).length >= result.logSeqLast && hub.log(command.executionId),
    'the log',
  )
  expect(log.map(({ seq, stream, level, text }) => ({ seq, stream, level, text }))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ stream: 'stdout', level: 'info', text: 'plain line' }),
      expect.objectContaining({ stream: 'stdout', level: 'warn', text: 'said in JSON' }),
      expect.objectContaining({ stream: 'stderr', level: 'warn', text: 'on stderr' }),
      expect.objectContaining({ stream: 'app', level: 'error' }),
    ]),
  )
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_line, index) => index + 1))
})
