/** The other side's broker: aedes on a free port of the loopback, which it says on standard output. */
import { createServer, type AddressInfo } from 'node:net'
import { Aedes } from 'aedes'

const aedes = await Aedes.createBroker()
const server = createServer({ noDelay: true }, (socket) => aedes.handle(socket))
server.listen(0, '127.0.0.1', () => {
  // Of a listening TCP server it is no string.
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`)
})
process.once('SIGTERM', () => process.exit(0))
