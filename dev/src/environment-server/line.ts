import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A stretch of network between two parts: it carries, is cut, or swallows everything and says nothing, as a dead router does. */
export class Line implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #state: 'carries' | 'cut' | 'swallows' = 'carries'

  private constructor(targetPort: number) {
    this.#server = createServer((near) => {
      this.#keep(near)
      if (this.#state === 'cut') return void near.destroy()
      const far = connect(targetPort, '127.0.0.1')
      this.#keep(far)
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (data: Buffer) => this.#state === 'carries' && to.write(data))
        from.on('close', () => this.#state !== 'swallows' && to.destroy())
      }
    })
  }

  static async to(targetPort: number): Promise<Line> {
    const line = new Line(targetPort)
    line.#server.listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    return line
  }

  get port(): number {
    // listen() on a port gives an address with one.
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    this.#state = 'cut'
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Connections stay half open: neither side hears that the other is gone. */
  swallow(): void {
    this.#state = 'swallows'
  }

  /** New connections get through; what was swallowed is gone, and so are the connections that it was swallowed from. */
  mend(): void {
    if (this.#state === 'swallows') this.cut()
    this.#state = 'carries'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
}
