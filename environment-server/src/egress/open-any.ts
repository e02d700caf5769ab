import { connect, type Socket } from 'node:net'

const connectMsMax = 10_000

/** A connection to the first of the addresses that answers. @throws the error of the last one */
export async function openAny(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  let failure: unknown = new Error('there is no address')
  for (const address of addresses) {
    signal.throwIfAborted()
    try {
      return await openOne(address, port, signal)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function openOne(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({ host, port, timeout: connectMsMax, noDelay: true, signal })
  socket.once('error', reject)
  socket.once('timeout', () => socket.destroy(new Error('time-out')))
  socket.once('connect', () => resolve(socket))
  try {
    await promise
    socket.off('error', reject).removeAllListeners('timeout')
    socket.setTimeout(0)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
