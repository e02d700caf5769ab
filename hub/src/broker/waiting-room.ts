import type { Socket } from 'node:net'
import type { EdgeLimits } from './edge-limits.ts'

/** A connection that has not proved anything yet. */
export type Visitor = {
  /** It said what it wants: its handshake begins when it is its turn, or not at all if it closes before. Called once. */
  awaitTurn(handshake: () => void): void
  /** It has proved who it is, or is nobody's any more. */
  leave(): void
}

export type WaitingRoomLimits = Pick<
  EdgeLimits,
  | 'authenticationMs'
  | 'turnMs'
  | 'handshakesMax'
  | 'handshakesPerAddressMax'
  | 'unauthenticatedPerAddressMax'
  | 'unauthenticatedInAllMax'
>

/** Connections of one address: all that are here, how many of them are at their handshake, and whose turn comes. */
type Address = { here: number; atHandshake: number; line: Set<() => void> }

/**
 * Counts connections that are not authenticated, by address and in all, and ends those that take too long (S8): whoever opens
 * sockets and says nothing, or little by little, keeps no one else out for long.
 *
 * Only some are at their handshake at once, one address after the other; the rest wait in line, which costs a socket and no work. When
 * thousands of servers come back in one instant, all of them together would take longer than each of them has: every one would be cut
 * in the middle, and begin anew.
 */
export class WaitingRoom {
  readonly #limits: WaitingRoomLimits
  readonly #addresses = new Map<string, Address>()
  /** Addresses with somebody in line whose handshake may begin, the one that waited longest first. */
  readonly #ready = new Set<Address>()
  #inAll = 0
  #atHandshake = 0

  constructor(limits: WaitingRoomLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#inAll
  }

  /** Nothing when there is no room; the caller then closes the socket. */
  enter(socket: Socket): Visitor | undefined {
    const name = socket.remoteAddress ?? ''
    const address = this.#addresses.get(name) ?? { here: 0, atHandshake: 0, line: new Set() }
    if (address.here >= this.#limits.unauthenticatedPerAddressMax) return undefined
    if (this.#inAll >= this.#limits.unauthenticatedInAllMax) return undefined
    this.#addresses.set(name, address)
    address.here += 1
    this.#inAll += 1
    const deadline = new Deadline(() => socket.destroy())
    deadline.set(this.#limits.authenticationMs)
    let state: 'new' | 'in line' | 'at its handshake' | 'gone' = 'new'
    let begin = () => {}
    const leave = () => {
      if (state === 'gone') return
      deadline.clear()
      address.line.delete(begin)
      if (state === 'at its handshake') {
        address.atHandshake -= 1
        this.#atHandshake -= 1
      }
      state = 'gone'
      address.here -= 1
      this.#inAll -= 1
      if (address.here === 0) this.#addresses.delete(name)
      this.#arrange(address)
      this.#proceed()
    }
    socket.once('close', leave)
    return {
      leave,
      awaitTurn: (handshake) => {
        if (state !== 'new') return
        state = 'in line'
        deadline.set(this.#limits.turnMs)
        begin = () => {
          state = 'at its handshake'
          deadline.set(this.#limits.authenticationMs)
          handshake()
        }
        address.line.add(begin)
        this.#arrange(address)
        this.#proceed()
      },
    }
  }

  #proceed(): void {
    while (this.#atHandshake < this.#limits.handshakesMax) {
      const [address] = this.#ready
      const [begin] = address?.line ?? []
      if (address === undefined || begin === undefined) return
      address.line.delete(begin)
      address.atHandshake += 1
      this.#atHandshake += 1
      // Behind the others: an address with many does not go before one with few.
      this.#ready.delete(address)
      this.#arrange(address)
      begin()
    }
  }

  #arrange(address: Address): void {
    const mayBegin = address.line.size > 0 && address.atHandshake < this.#limits.handshakesPerAddressMax
    if (mayBegin) this.#ready.add(address)
    else this.#ready.delete(address)
  }
}

/** One time-out that is set anew. */
class Deadline {
  readonly #onPassed: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed
  }

  set(ms: number): void {
    this.clear()
    this.#timer = setTimeout(this.#onPassed, ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
