import { connect, createServer } from 'node:net'

/**
 * The port to listen on: the wanted one, or for 0 the remembered one if it is free, so that what was enrolled with it finds
 * the hub again after a restart, or any free one.
 * @param holderSocket Unix socket of our own process that listens on the remembered port, if it lives: the broker's edge
 *   outlives a killed hub, and the port that it holds is not lost but in good hands
 */
export async function choosePort(
  wanted: number,
  remembered: number | undefined,
  host: string,
  holderSocket?: string,
): Promise<number> {
  if (wanted !== 0) return wanted
  if (remembered !== undefined) {
    if (holderSocket !== undefined && (await isAnswering(holderSocket))) return remembered
    if ((await tryListen(remembered, host)) !== undefined) return remembered
  }
  const free = await tryListen(0, host)
  if (free === undefined) throw new Error(`No free port on ${host}.`)
  return free
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
