import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { openDirect } from '../hub-link/dial-hub.ts'

export type Address = { address: string; family: number }

/** As the server resolves names: by the system, with all addresses of either kind. @throws the system's error */
export async function addressesOf(host: string, signal: AbortSignal): Promise<Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  // What the system is asked cannot be taken back; its answer finds nobody.
  signal.addEventListener('abort', () => reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' })), {
    once: true,
  })
  aborted.catch(() => undefined)
  return await Promise.race([lookup(host, { all: true }), aborted])
}

/** Whether all of them are of the machine that this runs on. */
export function areOfThisMachine(addresses: Address[]): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
  return addresses.every(({ address }) => address.startsWith('127.') || own.includes(address))
}

/** Those of the addresses that cannot be connected to. */
export async function unreachable(addresses: Address[], port: number, signal: () => AbortSignal): Promise<Address[]> {
  const reached = await Promise.all(
    addresses.map(async ({ address }) => {
      try {
        const socket = await openDirect(address, port, signal())
        socket.destroy()
        return true
      } catch {
        // Why is told where none of them answers.
        return false
      }
    }),
  )
  return addresses.filter((_address, index) => !reached[index])
}
