import { createServer } from 'node:net'

/**
 * The port to listen on: the wanted one, or for 0 the remembered one if it is free, so that what was enrolled with it finds
 * the hub again after a restart, or any free one.
 */
export async function choosePort(wanted: number, remembered: number | undefined, host: string): Promise<number> {
  if (wanted !== 0) return wanted
  if (remembered !== undefined && (await tryListen(remembered, host)) !== undefined) return remembered
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
