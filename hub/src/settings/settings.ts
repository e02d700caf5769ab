import type { Db } from '../database/database.ts'

export type PublicNames = {
  apiURL: string
  brokerHost: string
  brokerPort: number
  /** The hub only knows names of its own machine: a bundle would not work elsewhere (ES-27). */
  onlyLocalNames: boolean
}

/** Names in force while nobody set others: environment variables, else this machine's own addresses. */
export type FallbackNames = {
  publicUrl: string | undefined
  brokerPublicHost: string | undefined
  ports(): { https: number; broker: number }
}

/** Names that were replaced and stay in the certificate. */
const formerHostsMax = 20

/** Settings that administrators change while the hub runs; kept in the database, the same for every hub. */
export class Settings {
  readonly #db: Db
  readonly #fallback: FallbackNames

  constructor(db: Db, fallback: FallbackNames) {
    this.#db = db
    this.#fallback = fallback
  }

  /** @param db the transaction that somebody is in: it may hold the pool's last connection, and wait for no other */
  async publicNames(db: Db = this.#db): Promise<PublicNames> {
    const stored = new Map(
      (
        await db.selectFrom('setting').selectAll().where('name', 'in', ['apiURL', 'appMessageBrokerHost']).execute()
      ).map((row) => [row.name, String(row.value)]),
    )
    const ports = this.#fallback.ports()
    const apiURL = stored.get('apiURL') ?? this.#fallback.publicUrl ?? `https://localhost:${ports.https}`
    const broker =
      stored.get('appMessageBrokerHost') ??
      this.#fallback.brokerPublicHost ??
      `${new URL(apiURL).hostname}:${ports.broker}`
    const colon = broker.lastIndexOf(':')
    return {
      apiURL: apiURL.replace(/\/$/, ''),
      brokerHost: broker.slice(0, colon),
      brokerPort: Number(broker.slice(colon + 1)),
      onlyLocalNames: isLocal(new URL(apiURL).hostname) || isLocal(broker.slice(0, colon)),
    }
  }

  /**
   * Hosts that the certificate has to carry (ES-27): those of the public names, and those that they replaced, since servers that are
   * installed know the hub by these until their own settings are changed.
   */
  async knownHosts(db: Db = this.#db): Promise<string[]> {
    const former = await db.selectFrom('setting').select('value').where('name', '=', 'formerHosts').executeTakeFirst()
    // Written by `set` alone.
    return [...new Set([...hostsOf(await this.publicNames(db)), ...((former?.value ?? []) as string[])])]
  }

  async set(db: Db, name: 'apiURL' | 'appMessageBrokerHost', value: string): Promise<void> {
    const known = await this.knownHosts(db)
    await write(db, name, value)
    await write(db, 'formerHosts', known.filter((host) => !isLocal(host)).slice(0, formerHostsMax))
  }
}

async function write(db: Db, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value)
  await db
    .insertInto('setting')
    .values({ name, value: text })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text, changed_at: new Date() }))
    .execute()
}

function hostsOf({ apiURL, brokerHost }: PublicNames): string[] {
  return [new URL(apiURL).hostname, brokerHost].map((host) => host.replace(/^\[|\]$/g, ''))
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.')
}
