export type Target = { host: string; port: number }

/**
 * Where one execution may connect (S7): the hub; the hosts that the command names, narrowed by the local policy's `only`.
 * `forced` entries (`host:port` of the policy's `allow`) also open addresses that are otherwise forbidden.
 */
export class AllowList {
  readonly #hub: Target
  readonly #entries: readonly Entry[]
  readonly #only: readonly Entry[] | undefined
  readonly #forced: readonly Entry[]

  constructor({
    hub,
    entries,
    only,
    forced,
  }: {
    hub: Target
    entries: readonly string[]
    only?: readonly string[] | undefined
    forced: readonly string[]
  }) {
    this.#hub = { host: canonicalHost(hub.host), port: hub.port }
    this.#entries = entries.map(parseEntry)
    this.#only = only?.map(parseEntry)
    this.#forced = forced.map(parseEntry)
  }

  /** Why the target may not be reached by its name; nothing if it may. */
  refusal(target: Target): string | undefined {
    if (this.isHub(target)) return undefined
    if (!this.#entries.some((entry) => matches(entry, target))) return 'neither the app nor the job names this host'
    if (this.#only && !this.#only.some((entry) => matches(entry, target)))
      return 'the local policy does not list this host'
    return undefined
  }

  /** Whether the target may lead to any address at all, loopback included. */
  mayBeAnyAddress(target: Target): boolean {
    return this.isHub(target) || this.#forced.some((entry) => matches(entry, target))
  }

  isHub({ host, port }: Target): boolean {
    return host === this.#hub.host && port === this.#hub.port
  }
}

/** `host:port` of a CONNECT request line (RFC 9110, 9.3.6), or nothing. */
export function parseTarget(authority: string): Target | undefined {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253}):([0-9]{1,5})$/.exec(authority)
  const [, host, portText] = match ?? []
  const port = Number(portText)
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host: canonicalHost(host), port }
}

type Entry = { host: string; suffix: boolean; port: number | undefined }

function parseEntry(text: string): Entry {
  const match = /^(\*\.)?(\[[^\]]+\]|[^:]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+?)(?::([0-9]{1,5}))?$/.exec(text.trim())
  // An entry that cannot be read opens nothing.
  if (!match) return { host: '', suffix: false, port: undefined }
  const [, wildcard, host = '', port] = match
  // Unbracketed IPv6 has no port: its last group is not one.
  if (!host.startsWith('[') && text.split(':').length > 2) {
    return { host: canonicalHost(`[${text.trim()}]`), suffix: false, port: undefined }
  }
  return {
    host: canonicalHost(host),
    suffix: wildcard !== undefined,
    port: port === undefined ? undefined : Number(port),
  }
}

function matches(entry: Entry, { host, port }: Target): boolean {
  if (entry.host === '' || (entry.port !== undefined && entry.port !== port)) return false
  return entry.suffix ? host.endsWith(`.${entry.host}`) && host.length > entry.host.length + 1 : host === entry.host
}

/** Whether everything that the entry `narrow` opens is opened by `wide` as well. Nothing is known of one that cannot be read. */
export function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [parseEntry(wide), parseEntry(narrow)]
  if (outer.host === '' || inner.host === '') return false
  if (outer.port !== undefined && outer.port !== inner.port) return false
  if (outer.suffix && inner.suffix && outer.host === inner.host) return true
  if (inner.suffix && !outer.suffix) return false
  return matches({ ...outer, port: undefined }, { host: inner.host, port: 0 })
}

/** Lower case, without brackets and final dot; numbers in the one form that URL gives them (`0x7f.1` is 127.0.0.1). */
function canonicalHost(host: string): string {
  try {
    return new URL(`http://${host.replace(/\.$/, '')}/`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return ''
  }
}
