import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { HttpProxy } from '../proxy/http-proxy.ts'
import type { AllowList, Target } from './allow-list.ts'
import { forbiddenKind } from './forbidden-address.ts'
import { forbiddenName } from './forbidden-name.ts'
import { errorText } from '../log/server-log.ts'

/** Names that one execution may have resolved; each is resolved once and then pinned. */
const namesMax = 256

export type Resolve = (host: string) => Promise<string[]>
/** The proxy that leads to a target; nothing where the way is direct (D30). */
export type ProxyFor = (target: Target) => HttpProxy | undefined

/** How a target is reached: at one of its checked addresses, by a proxy, which resolves the name itself, or not at all. */
export type WayOut = { addresses: readonly string[] } | { proxy: HttpProxy } | { refused: string }

/** Judges where each target of one execution leads (S7). A name is resolved once, so that one that changes its mind gains nothing. */
export class WaysOut {
  readonly #allowed: AllowList
  readonly #resolve: Resolve
  readonly #proxyFor: ProxyFor
  readonly #pinned = new Map<string, Promise<string[]>>()

  constructor(allowed: AllowList, proxyFor: ProxyFor, resolve: Resolve = resolveName) {
    this.#allowed = allowed
    this.#proxyFor = proxyFor
    this.#resolve = resolve
  }

  async to(target: Target): Promise<WayOut> {
    const refused = this.#allowed.refusal(target)
    if (refused !== undefined) return { refused }
    const proxy = this.#proxyFor(target)
    return proxy ? this.#byProxy(target, proxy) : await this.#direct(target)
  }

  #byProxy(target: Target, proxy: HttpProxy): WayOut {
    if (this.#allowed.mayBeAnyAddress(target)) return { proxy }
    const kind = isIP(target.host) ? forbiddenKind(target.host) : forbiddenName(target.host)
    return kind === undefined ? { proxy } : forbidden(target.host, kind)
  }

  /** One forbidden address among those of a name refuses the name as a whole. */
  async #direct(target: Target): Promise<WayOut> {
    let addresses: string[]
    try {
      addresses = await this.#pin(target.host)
    } catch (error) {
      return { refused: `its name cannot be resolved (${errorText(error)})` }
    }
    if (addresses.length === 0) return { refused: 'its name has no address' }
    if (this.#allowed.mayBeAnyAddress(target)) return { addresses }
    for (const address of addresses) {
      const kind = forbiddenKind(address)
      if (kind) return forbidden(address, kind)
    }
    return { addresses }
  }

  #pin(host: string): Promise<string[]> {
    if (isIP(host)) return Promise.resolve([host])
    const known = this.#pinned.get(host)
    if (known) return known
    if (this.#pinned.size >= namesMax) return Promise.reject(new Error(`more than ${namesMax} names in one execution`))
    const pinned = this.#resolve(host)
    this.#pinned.set(host, pinned)
    // A failure is not pinned: the next try may find the name server back.
    pinned.catch(() => this.#pinned.delete(host))
    return pinned
  }
}

function forbidden(place: string, kind: string): WayOut {
  return { refused: `${place} is ${kind}, which only the local policy can allow` }
}

async function resolveName(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}
