import { Rehearsal } from '@postern/dev/environment-server'
import { afterAll, beforeAll, expect, test } from 'vitest'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start()
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

/** CONNECT through the guard's socket, then TLS with the CA of the environment, as the SDK does. */
function fetching(authority: string, path: string): string {
  return `import http from 'node:http'; import https from 'node:https'; import tls from 'node:tls'
    const request = http.request({ socketPath: process.env.POSTERN_EGRESS_SOCKET, method: 'CONNECT', path: '${authority}' }).end()
    request.on('connect', (response, socket) => {
      console.log('connect ' + response.statusCode)
      if (response.statusCode !== 200) process.exit(1)
      https.get({ host: '127.0.0.1', path: '${path}', createConnection: () => tls.connect({ socket }) }, async (answer) => {
        for await (const chunk of answer) console.log('answer ' + answer.statusCode + ' ' + chunk)
        process.exit(0)
      }).on('error', (error) => { console.log('error ' + error.code); process.exit(1) })
    })
    request.on('error', (error) => { console.log('error ' + error.code); process.exit(1) })`
}

test("S7: an isolated app reaches the hub's API, on loopback too, and verifies its certificate by the hub's CA", async () => {
  const executionId = await rehearsal.execute(fetching(`127.0.0.1:${rehearsal.hub.api.port}`, '/api/probe'))
  await rehearsal.logOf(executionId)
  const said = rehearsal.hub.log(executionId).filter(({ stream }) => stream !== 'server')
  expect(said.map(({ text }) => text)).toEqual(['connect 200', 'answer 200 {"hello":"app"}'])
})

test("S7: an isolated app does not reach the hub's broker, and the execution's log says host and reason", async () => {
  const authority = `127.0.0.1:${rehearsal.hub.broker.port}`
  const executionId = await rehearsal.execute(fetching(authority, '/'), { egress: ['127.0.0.1'] })
  const texts = await rehearsal.logOf(executionId)
  expect(texts).toContain('connect 403')
  const refusal = rehearsal.hub.log(executionId).find(({ stream, level }) => stream === 'server' && level === 'warn')
  expect(refusal).toMatchObject({
    level: 'warn',
    text: expect.stringMatching(new RegExp(`refused a connection to ${authority}: .*loopback`)),
  })
})
