import { setTimeout as wait } from 'node:timers/promises'
import { parseJson, SourceRefused, SourceUnreadable, stix20Bundle } from '@postern/app-sdk'
import type { Answer, ExternalSession, Stix20Object } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'

const taxiiType = 'application/vnd.oasis.taxii+json; version=2.0'
const stixType = 'application/vnd.oasis.stix+json; version=2.0'
const itemsAtOnce = 1_000
const rangesMax = 10_000

const Discovery = z.object({ default: z.optional(z.string()), api_roots: z.optional(z.array(z.string())) })
const ApiRoot = z.object({ versions: z.optional(z.array(z.string())), max_content_length: z.optional(z.int()) })
const TaxiiCollection = z.object({
  id: z.string(),
  title: z.string(),
  can_read: z.optional(z.boolean()),
  can_write: z.optional(z.boolean()),
})
export type TaxiiCollection = z.infer<typeof TaxiiCollection>
const Collections = z.object({ collections: z.optional(z.array(TaxiiCollection)) })
const Failure = z.looseObject({ id: z.string(), message: z.optional(z.string()) })
const Status = z.object({
  id: z.string(),
  status: z.string(),
  failure_count: z.optional(z.int()),
  failures: z.optional(z.array(Failure)),
})
type Status = z.infer<typeof Status>
/** The type is demanded: `{}` would read as a collection that holds nothing. */
const Bundle = z.object({ type: z.literal('bundle'), objects: z.optional(z.array(z.unknown())) })
const Versioned = z.looseObject({ id: z.string(), modified: z.optional(z.string()) })

/** What a TAXII server did with posted objects, by its status resource (TAXII 2.0, 4.3). */
export interface Posted {
  readonly failures: readonly { readonly id: string; readonly reason: string }[]
  /** Whether it was still at work when we stopped asking: what became of the objects only a read back can tell. */
  readonly isPending: boolean
}

export interface TaxiiSettings {
  readonly base: URL
  readonly discoveryPath: string
  /** Path of the API root; without one it is discovered. */
  readonly apiRoot: string | undefined
  readonly pollSeconds: number
  readonly signal: AbortSignal
}

/** A client of one API root of a TAXII 2.0 server. */
export class Taxii20 {
  readonly #session: ExternalSession
  readonly #settings: TaxiiSettings
  readonly #root: URL
  /** Largest body of a post, by the API root's own word. */
  readonly maxContentLengthBytes: number | undefined

  private constructor(
    session: ExternalSession,
    settings: TaxiiSettings,
    root: URL,
    maxContentLengthBytes: number | undefined,
  ) {
    this.#session = session
    this.#settings = settings
    this.#root = root
    this.maxContentLengthBytes = maxContentLengthBytes
  }

  /** Finds the API root. @throws SourceRefused for wrong credentials, or a root on another host. */
  static async open(session: ExternalSession, settings: TaxiiSettings): Promise<Taxii20> {
    const root = await rootOf(session, settings)
    const described = await getTaxii(session, root, ApiRoot)
    if (
      described.versions !== undefined &&
      !described.versions.some((version) => /^(application\/.*)?taxii-?2\.0$|version=2\.0/.test(version))
    ) {
      throw new SourceUnreadable(
        `the TAXII API root ${root.href} speaks ${described.versions.join(', ').slice(0, 200)}, not TAXII 2.0`,
      )
    }
    return new Taxii20(session, settings, root, described.max_content_length)
  }

  /** The collection with this title. @throws SourceUnreadable that names those there are. */
  async collection(title: string): Promise<TaxiiCollection> {
    const { collections = [] } = await getTaxii(this.#session, new URL('collections/', this.#root), Collections)
    const wanted = collections.filter((collection) => collection.title === title)
    const [found] =
      wanted.length > 0
        ? wanted
        : collections.filter((collection) => collection.title.toLowerCase() === title.toLowerCase())
    if (found === undefined) {
      const titles = collections.map((collection) => JSON.stringify(collection.title.slice(0, 100)))
      throw new SourceUnreadable(
        `the appliance has no STIX collection titled ${JSON.stringify(title)}; it has ${titles.slice(0, 16).join(', ') || 'none'}`,
      )
    }
    if (found.can_write === false)
      throw new SourceRefused(`the STIX client may not write to the collection ${JSON.stringify(title)}`)
    return found
  }

  /** Posts objects as one bundle and waits until the server has judged them. Posting the same again changes nothing. */
  async post(collection: TaxiiCollection, objects: readonly Stix20Object[]): Promise<Posted> {
    const answer = await this.#session.call('POST', this.#objectsUrl(collection), {
      headers: { accept: taxiiType, 'content-type': stixType },
      body: Buffer.from(JSON.stringify(stix20Bundle(objects))),
      repeatable: true,
    })
    const status = await this.#judged(read(Status, answer, 'the status of a post'))
    const failures = (status.failures ?? []).map(({ id, message }) => ({
      id,
      reason: message ?? 'the appliance gives no reason',
    }))
    return { failures, isPending: status.status !== 'complete' }
  }

  /**
   * All objects of a collection, in ranges (TAXII 2.0, 3.4).
   * @throws SourceRefused when the client may not read; SourceUnreadable, at the end, when other objects came than were announced.
   */
  async *objects(collection: TaxiiCollection): AsyncGenerator<unknown> {
    const listed = new Set<string>()
    for (let first = 0, range = 0; range < rangesMax; range += 1) {
      const answer = await this.#session.call('GET', this.#objectsUrl(collection), {
        headers: { accept: stixType, range: `items ${first}-${first + itemsAtOnce - 1}` },
        handles: [416],
      })
      // 416: the range begins behind the last object, so there are no more.
      if (answer.status === 416) return assertAll(listed.size, totalOf(answer))
      const { objects = [] } = read(Bundle, answer, 'the objects of a collection')
      yield* objects
      // A range may hold less than was asked for, or the same twice: the next begins behind what was new.
      const before = listed.size
      for (const object of objects) listed.add(versionOf(object))
      first += listed.size - before
      const total = totalOf(answer)
      const isAll = answer.status === 200 || (total !== undefined && first >= total)
      if (listed.size === before || isAll) return assertAll(listed.size, total)
    }
    throw new SourceUnreadable(`the collection has more than ${rangesMax} ranges of objects`)
  }

  #objectsUrl(collection: TaxiiCollection): URL {
    return new URL(`collections/${encodeURIComponent(collection.id)}/objects/`, this.#root)
  }

  async #judged(first: Status): Promise<Status> {
    const { pollSeconds, signal } = this.#settings
    const until = Date.now() + pollSeconds * 1000
    let status = first
    for (let waitMs = 50; status.status === 'pending' && Date.now() < until; waitMs = Math.min(2_000, waitMs * 1.6)) {
      await wait(waitMs, undefined, { signal })
      status = await getTaxii(this.#session, new URL(`status/${encodeURIComponent(first.id)}/`, this.#root), Status)
    }
    return status
  }
}

async function rootOf(session: ExternalSession, settings: TaxiiSettings): Promise<URL> {
  const { base, discoveryPath, apiRoot } = settings
  if (apiRoot !== undefined) return sameHost(new URL(withSlash(apiRoot), base), base)
  const discoveryUrl = new URL(withSlash(discoveryPath), base)
  const discovery = await getTaxii(session, discoveryUrl, Discovery)
  const named = discovery.default ?? discovery.api_roots?.[0]
  if (named === undefined) throw new SourceUnreadable(`the TAXII discovery at ${discoveryUrl.href} names no API root`)
  return sameHost(new URL(withSlash(named), discoveryUrl), base)
}

/** Credentials never follow to another host (S10). */
function sameHost(url: URL, base: URL): URL {
  if (url.origin === base.origin) return url
  throw new SourceRefused(
    `the appliance names a TAXII API root on another host, ${url.host}; set parameter apiRoot to its path`,
  )
}

async function getTaxii<Schema extends z.ZodMiniType>(
  session: ExternalSession,
  url: URL,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return read(schema, await session.call('GET', url, { headers: { accept: taxiiType } }), url.pathname)
}

function read<Schema extends z.ZodMiniType>(schema: Schema, answer: Answer, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(answer.body, what))
  if (!parsed.success)
    throw new SourceUnreadable(`${what} is not as TAXII 2.0 has it: ${z.prettifyError(parsed.error).slice(0, 300)}`)
  return parsed.data
}

/** How many objects there are by the word of the server; nothing where it does not say. */
function totalOf({ headers }: Answer): number | undefined {
  const total = /\/(\d{1,9})$/.exec(headers['content-range'] ?? '')?.[1]
  return total === undefined ? undefined : Number(total)
}

/** What tells one listed object from another; a server may list several versions of one. */
function versionOf(object: unknown): string {
  const known = Versioned.safeParse(object)
  return known.success ? `${known.data.id} ${known.data.modified ?? ''}` : JSON.stringify(object)
}

function assertAll(listed: number, total: number | undefined): void {
  if (total === undefined || total === listed) return
  throw new SourceUnreadable(
    `the collection holds ${total} objects by the word of the appliance, and it lists ${listed}: what it holds is not known`,
  )
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}
