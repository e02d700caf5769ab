import { createSocket } from 'node:dgram'
import { resolve4 } from 'node:dns/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { given, guardSocket as guard } from './given.ts'
import { throughGuard } from './through-guard.ts'
import { tried } from './tried.ts'

/** A host that keeps its connection open is not waited for longer. */
const patienceMs = 1_000
/** One that was asked to close it does, however busy the machine is. */
const closingMs = 30_000

/** Tries every way out: of its own, and through the egress guard to hosts that nobody allowed. */
const { targets = '[]', open = '', closed = '' } = given()

await tried(`TCP to ${closed}`, () => direct(closed))
await tried('TCP to 169.254.169.254:80', () => direct('169.254.169.254:80'))
await tried('UDP to 192.0.2.1', () => datagram())
await tried('resolve a name', () => resolve4('example.com'))
for (const target of JSON.parse(targets) as string[]) await tried(`tunnel to ${target}`, () => tunnel(target))
await tried('ask the guard as a plain proxy', () => plain(`http://${closed}/`))
await tried('two requests in one', () =>
  raw(`CONNECT ${open} HTTP/1.1\r\nhost: ${closed}\r\ncontent-length: 0\r\n\r\nCONNECT ${closed} HTTP/1.1\r\n\r\n`),
)
await tried('a line feed in a target', () => raw(`CONNECT ${open}\n${closed} HTTP/1.1\r\n\r\n`))
await tried('a header without end', () => raw(`CONNECT ${open} HTTP/1.1\r\nx: ${'x'.repeat(100_000)}`))
await tried('follow a redirect', () => follow())
// Connections that were refused may still be open.
process.exit(0)

function direct(target: string): Promise<void> {
  const [host = '', port = ''] = target.split(':')
  return new Promise((resolve, reject) => connect(Number(port), host).once('connect', resolve).once('error', reject))
}

function datagram(): Promise<void> {
  return new Promise((resolve, reject) =>
    createSocket('udp4').send('hello', 53, '192.0.2.1', (error) => (error ? reject(error) : resolve())),
  )
}

/** What the guard answers, and what came through the tunnel if it opened one. */
async function tunnel(target: string): Promise<string> {
  const { status, socket } = await throughGuard(target)
  if (status !== 200) return `status ${status}`
  return `status 200, ${JSON.stringify(await said(socket, 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', closingMs))}`
}

function plain(url: string): Promise<string> {
  return new Promise((resolve, reject) =>
    request({ socketPath: guard, path: url }, (answer) => resolve(`status ${answer.statusCode}`))
      .once('error', reject)
      .end(),
  )
}

function raw(text: string): Promise<string> {
  return said(connect(guard), text)
}

function said(socket: Duplex, text: string, longestMs = patienceMs): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
    setTimeout(() => socket.destroy(), longestMs)
    // However the connection ends, what came over it is what counts.
    socket.on('error', () => {}).once('close', () => resolve(received.slice(0, 300)))
    socket.write(text)
  })
}

/** A host that the job names sends the app on to one that it does not. */
async function follow(): Promise<string> {
  const answer = await tunnel(open)
  const location = /Location: http:\/\/([^/\\]+)/i.exec(answer)?.[1] ?? ''
  return `${location}: ${await tunnel(location)}`
}
