import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { request } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { given, guardSocket } from './given.ts'
import { tried } from './tried.ts'

/** One call to the hub that an app of this kind has no business with. */
type Call = { what: string; method: string; path: string; body?: unknown; lines?: string[]; token?: string }

/** Uses its own token, and forgeries of it, for what belongs to others. */
const { calls = '[]', tc_api_path: apiPath = '', tc_token: token = '' } = given()
const hub = new URL(apiPath)

for (const call of JSON.parse(calls) as Call[]) await tried(call.what, () => ask(call))
await tried('speak as another execution', () =>
  ask({ what: '', method: 'GET', path: '/v1/me', token: token.replace(/^API:\d+/, 'API:1') }),
)
await tried('live longer', () =>
  ask({ what: '', method: 'GET', path: '/v1/me', token: token.replace(/:\d{13,14}:/, ':9999999999999:') }),
)
await tried('renew a token of another', () =>
  ask({
    what: '',
    method: 'GET',
    path: `/api/appAuth?expiredToken=${encodeURIComponent(token.replace(/^API:\d+/, 'API:1'))}`,
    token: '',
  }),
)
process.exit(0)

async function ask({ method, path, body, lines, token: other = token }: Call): Promise<string> {
  const tunnel = await tunnelToHub()
  const content = lines === undefined ? JSON.stringify(body) : gzipSync(lines.join(''))
  const sent: ClientRequest = request(new URL(path, hub), {
    method,
    createConnection: () =>
      connect({ socket: tunnel, servername: hub.hostname === '127.0.0.1' ? 'localhost' : hub.hostname }),
    headers: {
      ...(other === '' ? {} : { authorization: `TC-Token ${other}` }),
      ...(content === undefined
        ? {}
        : lines === undefined
          ? { 'content-type': 'application/json' }
          : { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }),
    },
  })
  sent.end(content)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  tunnel.destroy()
  return `${answer.statusCode} ${text.slice(0, 600)}`
}

function tunnelToHub(): Promise<Duplex> {
  return new Promise((resolve, reject) =>
    plainRequest({ socketPath: guardSocket, method: 'CONNECT', path: hub.host })
      .once('connect', (answer, socket) =>
        answer.statusCode === 200 ? resolve(socket) : reject(new Error(`the guard answered ${answer.statusCode}`)),
      )
      .once('error', reject)
      .end(),
  )
}
