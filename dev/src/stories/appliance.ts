import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** One run of an app, by when it was heard, in milliseconds of this process. */
export type Run = { id: string; firstHeardAt: number; lastHeardAt: number }

/** What the apps act upon: it hears which run speaks, and when. */
export class Appliance implements AsyncDisposable {
  readonly runs: Run[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (data: Buffer) => {
      for (const id of data.toString().split('\n').filter(Boolean)) this.#hear(id)
    })
  })

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  letGo(): void {
    for (const socket of this.#sockets) socket.write('done\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #hear(id: string): void {
    const now = performance.now()
    const known = this.runs.find((run) => run.id === id)
    if (known === undefined) this.runs.push({ id, firstHeardAt: now, lastHeardAt: now })
    else known.lastHeardAt = now
  }
}
