import type { Socket } from 'node:net'
import type { EdgeLimits } from './edge-limits.ts'

/** A connection that has not proved anything yet. `leave` is called once, when it has or when it closes. */
export type Visitor = { leave(): void }

/**
 * Counts connections that are not authenticated, by address and in all, and ends those that take too long (S8): whoever opens
 * sockets and says nothing, or little by little, keeps no one else out for long.
 */
export class WaitingRoom {
  readonly #limits: Pick<EdgeLimits, 'authenticationMs' | 'unauthenticatedPerAddressMax' | 'unauthenticatedInAllMax'>
  readonly #byAddress = new Map<string, number>()
  #inAll = 0

  constructor(
    limits: Pick<EdgeLimits, 'authenticationMs' | 'unauthenticatedPerAddressMax' | 'unauthenticatedInAllMax'>,
  ) {
    this.#limits = limits
  }

  get size(): number {
    return this.#inAll
  }

  /** Nothing when there is no room; the caller then closes the socket. */
  enter(socket: Socket): Visitor | undefined {
    const address = socket.remoteAddress ?? ''
    const ofAddress = this.#byAddress.get(address) ?? 0
    if (ofAddress >= this.#limits.unauthenticatedPerAddressMax) return undefined
    if (this.#inAll >= this.#limits.unauthenticatedInAllMax) return undefined
    this.#byAddress.set(address, ofAddress + 1)
    this.#inAll += 1
    const deadline = setTimeout(() => socket.destroy(), this.#limits.authenticationMs)
    let isHere = true
    const leave = () => {
      if (!isHere) return
      isHere = false
      clearTimeout(deadline)
      this.#inAll -= 1
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left === 0) this.#byAddress.delete(address)
      else this.#byAddress.set(address, left)
    }
    socket.once('close', leave)
    return { leave }
  }
}
