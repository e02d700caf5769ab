import { NotReadable, parseJson, SourceRefused, SourceUnreadable } from '@postern/app-sdk'
import type { Answer, ExternalSession } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'

const root = '/api/aed/v3/taxii/configuration/collections/'
const rowsAtOnce = 500
const pagesMax = 20_000
const idsAtOnce = 1_000

/** Names of keys differ by version, and no public source shows them all; both that are known are read. */
const CollectionRow = z.looseObject({
  uuid: z.optional(z.string()),
  id: z.optional(z.union([z.string(), z.number()])),
  title: z.optional(z.string()),
  name: z.optional(z.string()),
  indicatorCount: z.optional(z.number()),
})
const CollectionList = z.object({ collections: z.array(CollectionRow) })
const ObjectList = z.object({ objects: z.array(z.unknown()) })

/** A TAXII collection as the appliance's administration knows it. */
export interface ConfiguredCollection {
  readonly uuid: string
  readonly title: string
  /** Nothing when the appliance does not say. */
  readonly indicators: number | undefined
}

/** The TAXII administration of the appliance's REST interface, version 3, signed in with the API token. */
export class AedApi {
  readonly #session: ExternalSession
  readonly #base: URL

  constructor(session: ExternalSession, base: URL) {
    this.#session = session
    this.#base = base
  }

  /** @throws NotReadable where the appliance has no such interface: before version 7 it has none. */
  async collections(): Promise<ConfiguredCollection[]> {
    const rows: ConfiguredCollection[] = []
    for await (const row of this.#pages(new URL(root, this.#base), CollectionList, ({ collections }) => collections)) {
      const uuid = row.uuid ?? row.id
      const title = row.title ?? row.name
      if (uuid !== undefined && title !== undefined)
        rows.push({ uuid: String(uuid), title, indicators: row.indicatorCount })
    }
    return rows
  }

  /** @throws NotReadable as `collections`; SourceUnreadable when there is none of this title. */
  async collection(title: string): Promise<ConfiguredCollection> {
    const found = (await this.collections()).find((row) => row.title.toLowerCase() === title.toLowerCase())
    if (found === undefined)
      throw new SourceUnreadable(
        `the appliance's administration lists no STIX collection titled ${JSON.stringify(title)}`,
      )
    return found
  }

  /** What a collection holds, as the appliance writes it: STIX, or rows of its own. */
  async *objects({ uuid }: ConfiguredCollection): AsyncGenerator<unknown> {
    yield* this.#pages(this.#objectsUrl(uuid), ObjectList, ({ objects }) => objects)
  }

  /** Removes named objects. @throws SourceUnreadable where the appliance does not offer it. */
  async remove({ uuid }: ConfiguredCollection, ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += idsAtOnce) {
      const part = ids.slice(start, start + idsAtOnce)
      const body = Buffer.from(JSON.stringify({ ids: part }))
      this.#check(
        await this.#session.call('DELETE', this.#objectsUrl(uuid), {
          headers: { 'content-type': 'application/json' },
          body,
          handles: [302, 404, 405],
        }),
        'removing objects by name',
      )
    }
  }

  /** Empties a collection. @throws SourceUnreadable where the appliance does not offer it. */
  async clear({ uuid }: ConfiguredCollection): Promise<void> {
    this.#check(
      await this.#session.call('DELETE', this.#objectsUrl(uuid), { handles: [302, 404, 405] }),
      'clearing a collection',
    )
  }

  /** Pages until an empty one: an appliance may give fewer rows than were asked for on any page. */
  async *#pages<Schema extends z.ZodMiniType, Row>(
    url: URL,
    schema: Schema,
    rowsOf: (page: z.infer<Schema>) => readonly Row[],
  ): AsyncGenerator<Row> {
    let before = ''
    for (let page = 1; page <= pagesMax; page += 1) {
      const pageUrl = new URL(url)
      pageUrl.searchParams.set('page', String(page))
      pageUrl.searchParams.set('perPage', String(rowsAtOnce))
      const answer = await this.#session.call('GET', pageUrl, {
        headers: { accept: 'application/json' },
        handles: [302, 404, 405],
      })
      this.#check(answer, 'the TAXII administration')
      const parsed = schema.safeParse(parseJson(answer.body, url.pathname))
      if (!parsed.success)
        throw new SourceUnreadable(`${url.pathname} is not understood: ${z.prettifyError(parsed.error).slice(0, 300)}`)
      const rows = rowsOf(parsed.data)
      if (rows.length === 0) return
      const first = JSON.stringify(rows[0])
      if (first === before) {
        // A short list may be given whole whatever page is asked for; a full page that repeats would never end.
        if (rows.length < rowsAtOnce) return
        throw new SourceUnreadable(`${url.pathname} gives the same page again and again`)
      }
      before = first
      yield* rows
    }
    throw new SourceUnreadable(`${url.pathname} has more than ${pagesMax} pages`)
  }

  #check(answer: Answer, what: string): void {
    const isPage = (answer.headers['content-type'] ?? '').includes('text/html')
    // Old interfaces answer a stranger with the login page, or the way to it, and no error.
    if (answer.status === 302 || (isPage && answer.status < 300))
      throw new SourceRefused('the appliance does not accept the API token: it asks to sign in')
    if (answer.status === 404) throw new NotReadable(`the appliance's REST interface (v3) does not offer ${what}`)
    if (answer.status === 405)
      throw new SourceUnreadable(`the appliance does not offer ${what}; choose another way to remove`)
  }

  #objectsUrl(uuid: string): URL {
    return new URL(`${root}${encodeURIComponent(uuid)}/objects/`, this.#base)
  }
}
