import type { Socket } from 'node:net'

/** More than one packet of an Ethernet, so that the first is a full one. */
const largeBytes = 4000

/**
 * Whether small packets pass and full ones are lost (ES-21): asked by two requests that no TLS server understands. It says so, by a
 * word or by closing, as soon as one arrives.
 * @param open a fresh connection to the server, before TLS
 */
export async function areLargePacketsLost(open: () => Promise<Socket>, patienceMs: number): Promise<boolean> {
  if (!(await isAnswered(await open(), 'GET / HTTP/1.0\r\n\r\n', patienceMs))) return false
  return !(await isAnswered(await open(), `GET /${'x'.repeat(largeBytes)} HTTP/1.0\r\n\r\n`, patienceMs))
}

async function isAnswered(socket: Socket, request: string, patienceMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), patienceMs)
  for (const event of ['data', 'end', 'error', 'close'] as const) socket.once(event, () => resolve(true))
  socket.write(request)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
