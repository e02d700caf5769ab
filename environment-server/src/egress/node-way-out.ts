import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proxyEnvironment } from '../executor/proxy-parameters.ts'
import { type AppUser, shareWithUser } from '../sandbox/app-user.ts'
import type { GuardPort } from './egress-guard.ts'

const fileName = 'way-out.cjs'

/**
 * What Node reads before an app. Its own clients take a proxy, and to make them so at each start loads a second HTTP client: 100 ms, and
 * a port in the app's network another process. So both wait until the app asks for `fetch`, `http` or `https`, and the port is then the
 * app's own: what connects to it goes on to the guard's socket. Where the app has been told of a port already, that one is taken. The
 * SDK has its own way to the socket, and asks for none of the three by import.
 */
const wayOut = `
let isOpen = false
function open() {
  if (isOpen) return
  isOpen = true
  const proxy = knownProxy ?? listen()
  process.getBuiltinModule('node:http').setGlobalProxyFromEnv({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy })
}
function listen() {
  const { connect, createServer } = process.getBuiltinModule('node:net')
  const server = createServer((client) => {
    const guard = connect(egressSocket)
    client.on('error', () => guard.destroy())
    guard.on('error', () => client.destroy())
    client.pipe(guard).pipe(client)
    // The app's own end of the connection keeps it running as long as it waits for an answer.
    client.unref()
    guard.unref()
  })
  // In the app's own network, where nobody else is. A port of each process: another's is silent while that one waits for this one.
  // Without a host it is bound at once.
  server.listen({ port: 0, exclusive: true }).unref()
  return 'http://127.0.0.1:' + server.address().port
}
process.getBuiltinModule('node:module').registerHooks({
  resolve(name, context, next) {
    if (/^(node:)?https?$/.test(name)) open()
    return next(name, context)
  },
})
const own = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
const change = (value) => Object.defineProperty(globalThis, 'fetch', { ...own, value })
Object.defineProperty(globalThis, 'fetch', {
  configurable: true,
  enumerable: own.enumerable,
  get() {
    open()
    change(own.value)
    return own.value
  },
  set: change,
})
`

/** Writes the file beside the app's parameters. @param egressSocket as the app sees it */
export function writeNodeWayOut(
  folder: string,
  { egressSocket, guardPort }: { egressSocket: string; guardPort: GuardPort | undefined },
  user?: AppUser,
): void {
  const file = join(folder, fileName)
  const knownProxy = proxyEnvironment(guardPort)['HTTPS_PROXY'] ?? null
  const given = `'use strict'\nconst { egressSocket, knownProxy } = ${JSON.stringify({ egressSocket, knownProxy })}`
  writeFileSync(file, given + wayOut, { mode: 0o600, flag: 'wx' })
  if (user) shareWithUser(file, user, 0o640)
}

/** Has each Node of the app read it. @param folder as the app sees it */
export function nodeOptions(folder: string): Record<string, string> {
  return { NODE_OPTIONS: `--require ${JSON.stringify(join(folder, fileName))}` }
}
