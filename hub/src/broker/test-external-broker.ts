import { createServer, type AddressInfo, type Socket } from 'node:net'
import { Aedes } from 'aedes'

/** A broker as a cluster has it for hubs and edges: it knows nothing of environment servers, and asks nobody. */
export type ExternalBroker = {
  url: string
  /** Topics that somebody subscribes there. */
  subscribed(): string[]
  /** All that are connected lose it, until it is started again on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startExternalBroker(): Promise<ExternalBroker> {
  let port = 0
  let close = async () => {}
  const subscribed = new Map<string, number>()

  async function start(): Promise<void> {
    const aedes = await Aedes.createBroker()
    aedes.on('subscribe', (subscriptions) => {
      for (const { topic } of subscriptions) subscribed.set(topic, (subscribed.get(topic) ?? 0) + 1)
    })
    aedes.on('unsubscribe', (topics) => {
      for (const topic of topics) subscribed.set(topic, (subscribed.get(topic) ?? 0) - 1)
    })
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      aedes.handle(socket)
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    // A TCP server's address has a port.
    port = (server.address() as AddressInfo).port
    close = async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => aedes.close(resolve))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }

  await start()
  return {
    url: `mqtt://127.0.0.1:${port}`,
    subscribed: () => [...subscribed].flatMap(([topic, count]) => (count > 0 ? [topic] : [])),
    start,
    stop: async () => await close(),
  }
}
