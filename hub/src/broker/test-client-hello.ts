import { createServer, type AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** The first message of a real client. */
export async function helloOf(ALPNProtocols: string[] | undefined): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => socket.once('data', (bytes: Buffer) => resolve(bytes)))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const client = connectTls({ host: '127.0.0.1', port, ...(ALPNProtocols && { ALPNProtocols }) })
  client.on('error', () => {})
  const bytes = await promise
  client.destroy()
  server.close()
  return bytes
}
