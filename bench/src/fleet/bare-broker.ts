/**
 * The other side's broker, `node bare-broker.ts FILE SOCKET`: aedes behind the same TLS with client certificates, which it says the port
 * of; and on a Unix socket for whoever stands where the hub does. It asks nobody anything.
 */
import { readFileSync } from 'node:fs'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { Aedes } from 'aedes'

const [file = '', socketPath = ''] = process.argv.slice(2)
// Certificate, key and CA, as the bench wrote them.
const material = JSON.parse(readFileSync(file, 'utf8')) as { cert: string; key: string; ca: string }
const aedes = await Aedes.createBroker()
const options = { ...material, requestCert: true, minVersion: 'TLSv1.2' as const, noDelay: true }
const server = createServer(options, (socket) => aedes.handle(socket))
server.on('tlsClientError', (_, socket) => socket.destroy())
createSocketServer((socket) => aedes.handle(socket)).listen(socketPath, () => {
  server.listen(0, '127.0.0.1', () => {
    // Of a listening TCP server it is no string.
    process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`)
  })
})
process.once('SIGTERM', () => process.exit(0))
