import { indicatorId } from '@postern/intel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { Problem } from '../lib/problem.ts'
import { createLifecycles } from '../lifecycle/lifecycle.ts'
import {
  type CollisionMode,
  type InForce,
  LibraryModel,
  type ModelDecision,
  type ModelItem,
  type Modes,
  pairOf,
} from './test-library-model.ts'

let world: TestCollections
let lifecycles: ReturnType<typeof createLifecycles>

beforeAll(async () => {
  world = await createTestCollections()
  const { database, clock } = world.library
  lifecycles = createLifecycles({ ...database, clock, audit: new Audit(), onTouched: () => {} })
})
afterAll(async () => {
  await world.close()
})

const isSoak = process.env['POSTERN_SOAK'] === '1'
const start = Date.parse('2026-06-01T00:00:00Z')
const hourMs = 3_600_000

type Change =
  | { kind: 'send'; owner: string; items: ModelItem[]; modes: Modes }
  | { kind: 'file'; owner: string; hashes: string[]; collision: CollisionMode; tag: string; modes: Modes }
  | { kind: 'delete'; owner: string; values: string[] }
  | { kind: 'remove'; owner: string }
  | { kind: 'link'; owner: string; one: string; other: string; isTakenBack: boolean }
  | { kind: 'decide'; value: string; decision: ModelDecision | undefined }
  | { kind: 'wait'; hours: number }
  | { kind: 'refresh' }

const owners = ['One', 'Two', 'Three']
const hosts = Array.from({ length: 3 }, (_, n) => `h${n}.model.example`)
/** Two of each length. */
const hashes = [32, 40, 64].flatMap((length) => ['a', 'b'].map((letter) => letter.repeat(length)))

const owner = fc.constantFrom(...owners)
const modes = fc.record({
  attributes: fc.constantFrom('Append', 'Replace', 'Singleton', 'Static'),
  tags: fc.constantFrom('Append', 'Replace'),
} as const)
const attribute = fc.record({ type: fc.constantFrom('Source', 'Title'), value: fc.constantFrom('x', 'y') })
const item: fc.Arbitrary<ModelItem> = fc.record(
  {
    value: fc.constantFrom(...hosts),
    rating: fc.nat(5),
    confidence: fc.nat(100),
    status: fc.constantFrom('Active', 'Review', 'Indirect'),
    active: fc.boolean(),
    tags: fc.subarray(['t0', 't1', 't2']),
    attributes: fc.array(attribute, { maxLength: 2 }),
    expires: fc.integer({ min: -1, max: 5 }).map((hours) => start + hours * hourMs),
  },
  { requiredKeys: ['value'] },
)
const items = fc.uniqueArray(item, { selector: ({ value }) => value, minLength: 1, maxLength: 3 })
const file = fc
  .tuple(...[0, 2, 4].map((first) => fc.option(fc.constantFrom(hashes[first] ?? '', hashes[first + 1] ?? ''))))
  .map((parts) => parts.filter((part): part is string => part !== null))
  .filter(({ length }) => length > 1)
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send'), owner, items, modes } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('file'),
      owner,
      hashes: file,
      collision: fc.constantFrom('FavorIncoming', 'FavorIncoming', 'FavorExisting', 'Split'),
      tag: fc.constantFrom('t0', 't1'),
      modes,
    } as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delete'),
      owner,
      values: fc.subarray([...hosts, ...hashes], { minLength: 1, maxLength: 4 }),
    } as const),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), owner } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('link'),
      owner,
      one: fc.constantFrom(...hashes),
      other: fc.constantFrom(...hashes),
      isTakenBack: fc.boolean(),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('decide'),
      value: fc.constantFrom(...hosts),
      decision: fc.option(
        fc.record({ status: fc.constantFrom('Active', 'Whitelisted', 'Expired'), rating: fc.nat(5) } as const, {
          requiredKeys: ['status'],
        }),
        { nil: undefined },
      ),
    } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), hours: fc.integer({ min: 1, max: 2 }) } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'refresh' } as const) },
)

test('LIB-1: after any sequence of changes the library holds what a model of it holds, and a rebuild from scratch changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 20, maxLength: 35, size: 'max' }), async (changes) => {
      const run = await Run.begin()
      for (const each of changes) await run.apply(each)
      await run.compare()
    }),
    { numRuns: isSoak ? 300 : 6, endOnFailure: !isSoak },
  )
})

test('LIB-1: owners that send overlapping values at once never wait in a ring, and leave what one after the other would', async () => {
  const byOwner = fc.tuple(
    ...owners.map((name) =>
      fc.array(
        change
          .filter(({ kind }) => kind === 'send' || kind === 'file' || kind === 'delete')
          .map((each) => ({ ...each, owner: name }) as Change),
        { minLength: 4, maxLength: 10, size: 'max' },
      ),
    ),
  )
  await fc.assert(
    fc.asyncProperty(byOwner, async (lists) => {
      const run = await Run.begin()
      await Promise.all(lists.map(async (list) => await run.applyAll(list)))
      await run.compare()
    }),
    { numRuns: isSoak ? 100 : 3, endOnFailure: !isSoak },
  )
  expect(world.library.errors).toEqual([])
})

let runs = 0

type Fits = (said: { rating: number | null; tags: string[] }) => boolean

/** What is compared. */
type Held = {
  assertions: (InForce & { owner: string; value: string; tags: string[]; attributes: string[] })[]
  views: ReturnType<typeof viewOf>[]
  links: string[]
  tombstones: { value: string; count: number }[]
  collections: string[][]
}

/** A sequence in an organization of its own. */
class Run {
  readonly #caller: TestCollections['library']['person']
  readonly #prefix: string
  readonly #model = new LibraryModel(start)
  readonly #collections: { id: string; fits: Fits }[] = []

  private constructor(organizationId: string, prefix: string) {
    this.#caller = { ...world.library.person, organizationId }
    this.#prefix = prefix
  }

  static async begin(): Promise<Run> {
    runs += 1
    const prefix = `Run ${runs}`
    world.library.clock.set(new Date(start))
    const { id } = await world.library.database.db
      .insertInto('organization')
      .values({ name: prefix })
      .returning('id')
      .executeTakeFirstOrThrow()
    const run = new Run(id, prefix)
    await run.#collect('Rated', 'rating >= 3', ({ rating }) => rating !== null && rating >= 3)
    await run.#collect('Tagged', 'tag = "t1"', ({ tags }) => tags.includes('t1'))
    return run
  }

  async applyAll(changes: readonly Change[]): Promise<void> {
    for (const each of changes) await this.apply(each)
  }

  async apply(each: Change): Promise<void> {
    const { library, collections } = world
    const model = this.#model
    switch (each.kind) {
      case 'send':
        model.send(each.owner, each.items, each.modes)
        return this.#send(each.owner, each.items.map(asSent), modesOf(each.modes))
      case 'file': {
        model.sendFile(each.owner, each.hashes, each.collision, each.tag, each.modes)
        const sent = { type: 'File', summary: each.hashes.join(' : '), tag: [{ name: each.tag }] }
        return this.#send(each.owner, [sent], { ...modesOf(each.modes), hashCollisionMode: each.collision })
      }
      case 'delete':
        model.delete(each.owner, each.values)
        return this.#send(each.owner, each.values.map(named), { action: 'Delete' })
      case 'remove': {
        model.remove(each.owner)
        await library.ownerRemoval.start(this.#caller, await this.#ownerId(each.owner))
        await library.ownerRemoval.tick()
        return
      }
      case 'link': {
        const fits = each.isTakenBack
          ? model.setTakenBack(each.owner, pairOf(each.one, each.other), true)
          : model.link(each.owner, each.one, each.other)
        const [indicator, linked] = [each.one, each.other].map((value) => indicatorId('File', value))
        const link = { indicatorId: indicator ?? '', linkedId: linked ?? '', kind: 'Same File' }
        const set = each.isTakenBack ? 'takeBack' : 'put'
        const done = library.links[set](this.#caller, { ...link, owner: this.#nameOf(each.owner) })
        return fits ? done : expect(done).rejects.toThrow(Problem)
      }
      case 'decide': {
        const id = indicatorId('Host', each.value)
        if (each.decision === undefined) {
          if (!model.decisions.delete(each.value)) return
          return lifecycles.decisions.takeBack(this.#caller, id)
        }
        if (!model.isKnown(each.value)) return
        model.decisions.set(each.value, each.decision)
        await lifecycles.decisions.decide(this.#caller, id, { ...each.decision, reason: 'as the model says' })
        return
      }
      case 'wait':
        model.now += each.hours * hourMs
        library.clock.set(new Date(model.now))
        await lifecycles.tick()
        return
      case 'refresh':
        await collections.refreshTouched()
    }
  }

  async compare(): Promise<void> {
    await lifecycles.tick()
    await world.collections.refreshTouched()
    const seen = await this.#holds()
    expect(seen).toEqual(this.#expected())
    for (const { id } of this.#collections) await world.collections.refresh(this.#caller, id)
    expect((await this.#holds()).collections).toEqual(seen.collections)
  }

  async #collect(name: string, tql: string, fits: Fits): Promise<void> {
    const { id } = await world.collections.create(this.#caller, { name, tql })
    await world.collections.refresh(this.#caller, id)
    this.#collections.push({ id, fits })
  }

  #nameOf(owner: string): string {
    return `${this.#prefix} ${owner}`
  }

  async #ownerId(owner: string): Promise<string> {
    const { library } = world
    const name = this.#nameOf(owner)
    const known = await library.database.db.selectFrom('owner').select('id').where('name', '=', name).executeTakeFirst()
    return known?.id ?? (await library.owners.create(this.#caller, { name })).id
  }

  async #send(owner: string, indicator: object[], config: object): Promise<void> {
    const { organizationId } = this.#caller
    const sender = {
      organizationId,
      ownerId: await this.#ownerId(owner),
      executionId: null,
      attempt: null,
      sentBy: 'test',
      statusDefault: 'Active',
    } as const
    const content = Buffer.from(JSON.stringify({ indicator }))
    const sent = await world.library.batches.submit(sender, { action: 'Create', owner, ...config }, content)
    expect(sent.refused).toBe(0)
  }

  #expected(): Held {
    const model = this.#model
    const all = [...model.owners].flatMap(([name, { said }]) =>
      [...said].map(([value, { tags, attributes }]) => ({
        owner: this.#nameOf(name),
        value,
        ...model.inForce(name, value),
        tags,
        attributes: attributes.toSorted(),
      })),
    )
    const values = [...new Set(all.map(({ value }) => value))]
    return {
      assertions: all.toSorted(byText),
      views: values.map((value) => viewOf(all.filter((each) => each.value === value))).toSorted(byText),
      links: [...model.owners]
        .flatMap(([name, { links, takenBack }]) => [
          ...[...links].map((pair) => `${this.#nameOf(name)} ${pair}`),
          ...[...takenBack].map((pair) => `${this.#nameOf(name)} ${pair} taken back`),
        ])
        .toSorted(),
      tombstones: [...model.tombstones].map(([value, count]) => ({ value, count })).toSorted(byText),
      collections: this.#collections.map(({ fits }) =>
        [...new Set(all.filter(fits).map(({ value }) => value))].toSorted(),
      ),
    }
  }

  async #holds(): Promise<Held> {
    const rows = async <Row>(query: string, ...values: unknown[]): Promise<Row[]> =>
      (await world.library.database.pool.query(query, values)).rows
    const { organizationId } = this.#caller
    const assertions = await rows<Held['assertions'][number]>(
      `select o.name as owner, i.value, a.rating, a.confidence, a.status, a.active, a.tags,
         array(select t.type || '=' || t.value from assertion_attribute t
               where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id) as attributes
       from assertion a join owner o on o.id = a.owner_id join indicator i on i.id = a.indicator_id where o.organization_id = $1`,
      organizationId,
    )
    const views = await rows<Held['views'][number]>(
      `select i.value, v.rating, v.confidence, v.active, v.tags,
         array(select o.name from owner o where o.id = any(v.owner_ids) order by o.name) as owners
       from indicator_view v join indicator i on i.id = v.indicator_id where v.organization_id = $1`,
      organizationId,
    )
    const links = await rows<{ owner: string; one: string; other: string; isTakenBack: boolean }>(
      `select o.name as owner, i.value as one, j.value as other, l.taken_back_at is not null as "isTakenBack"
       from indicator_link l join owner o on o.id = l.owner_id join indicator i on i.id = l.indicator_id
       join indicator j on j.id = l.linked_id where o.organization_id = $1`,
      organizationId,
    )
    const tombstones = await rows<Held['tombstones'][number]>(
      `select i.value, count(*)::int as count from tombstone t join indicator i on i.id = t.indicator_id
       where t.organization_id = $1 group by i.value`,
      organizationId,
    )
    return {
      assertions: assertions.map((row) => ({ ...row, attributes: row.attributes.toSorted() })).toSorted(byText),
      views: views.toSorted(byText),
      links: links
        .map(
          ({ owner, one, other, isTakenBack }) => `${owner} ${pairOf(one, other)}${isTakenBack ? ' taken back' : ''}`,
        )
        .toSorted(),
      tombstones: tombstones.toSorted(byText),
      collections: await Promise.all(
        this.#collections.map(async ({ id }) => {
          const members = await rows<{ value: string }>(
            `select i.value from collection_member m join indicator i on i.id = m.indicator_id
             where m.collection_id = $1 and m.until_version is null`,
            id,
          )
          return members.map(({ value }) => value).toSorted()
        }),
      ),
    }
  }
}

function viewOf(
  all: readonly {
    owner: string
    value: string
    rating: number | null
    confidence: number | null
    status: string
    active: boolean
    tags: string[]
  }[],
) {
  const highest = (numbers: (number | null)[]) =>
    numbers.reduce((max, number) => (max === null || (number !== null && number > max) ? number : max), null)
  return {
    value: all[0]?.value ?? '',
    rating: highest(all.map(({ rating }) => rating)),
    confidence: highest(all.map(({ confidence }) => confidence)),
    active: all.some(({ active, status }) => active && (status === 'Active' || status === 'Indirect')),
    tags: [...new Set(all.flatMap(({ tags }) => tags))].toSorted(),
    owners: all.map(({ owner }) => owner).toSorted(),
  }
}

function asSent({ value, tags, attributes, expires, ...rest }: ModelItem): object {
  return {
    ...named(value),
    ...rest,
    ...(tags === undefined ? {} : { tag: tags.map((name) => ({ name })) }),
    ...(attributes === undefined ? {} : { attribute: attributes }),
    ...(expires === undefined ? {} : { externalDateExpires: new Date(expires).toISOString() }),
  }
}

function named(value: string): { type: string; summary: string } {
  return { type: value.includes('.') ? 'Host' : 'File', summary: value }
}

function modesOf({ attributes, tags }: Modes): object {
  return { attributeWriteType: attributes, tagWriteType: tags }
}

function byText(one: { owner?: string; value: string }, other: { owner?: string; value: string }): number {
  const [left, right] = [one, other].map(({ owner = '', value }) => `${owner} ${value}`) as [string, string]
  return left < right ? -1 : left > right ? 1 : 0
}
