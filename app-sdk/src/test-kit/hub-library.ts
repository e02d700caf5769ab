import { indicatorId } from '@postern/intel'
import { canonicalise, parseIndicatorType, splitFileSummary } from '@postern/intel'
import {
  BatchAnswer,
  BatchConfig,
  BatchContent,
  BatchGroup,
  BatchIndicator,
  IndicatorPage,
  paths,
  tcexPaths,
  Unmapped,
} from '@postern/protocol'
import type { Indicator } from '@postern/protocol'
import * as z from 'zod/mini'
import type { Asked, HubRoute } from './hub-routes.ts'

interface Submitted {
  readonly config: BatchConfig
  readonly content: z.infer<typeof BatchContent>
}

const pageRows = 100
const now = '2026-11-01T00:00:00.000Z'

/** The library side of the double: takes batches, keeps each owner's values, answers questions about them. */
export class HubLibrary {
  /** Canonical values by owner, as `type TAB value`. */
  readonly values = new Map<string, Map<string, BatchIndicator>>()
  readonly groups = new Map<string, Map<string, BatchGroup>>()
  readonly batches: Submitted[] = []
  readonly refused: string[] = []
  unmapped: Unmapped['data'] = []
  /** Answers batches with an id, so that the app has to poll; each takes this many polls. */
  polls = 0
  #pending = new Map<number, number>()

  owner(name: string): Map<string, BatchIndicator> {
    const values = this.values.get(name) ?? new Map<string, BatchIndicator>()
    this.values.set(name, values)
    return values
  }

  routes(): HubRoute[] {
    const base = tcexPaths.base
    return [
      {
        method: 'POST',
        path: `${base}${tcexPaths.createAndUpload}`,
        answer: (asked) => ({ status: 200, json: this.#take(asked) }),
      },
      {
        method: 'GET',
        path: `${base}${tcexPaths.batch(':batchId')}`,
        answer: ({ params }) => ({ status: 200, json: this.#poll(Number(params['batchId'])) }),
      },
      {
        method: 'GET',
        path: `${base}${tcexPaths.batchErrors(':batchId')}`,
        answer: () => ({ status: 200, json: this.refused.map((reason) => ({ errorReason: reason, errorSource: '' })) }),
      },
      {
        method: 'PUT',
        path: paths.executionUnmapped(':executionId'),
        answer: ({ body }) => {
          this.unmapped = Unmapped.parse(JSON.parse(body.toString())).data
          return { status: 204, body: Buffer.alloc(0) }
        },
      },
      { method: 'GET', path: paths.indicators, answer: ({ query }) => ({ status: 200, json: this.#page(query) }) },
    ]
  }

  #take(asked: Asked): BatchAnswer {
    const parts = readMultipart(asked)
    const config = BatchConfig.parse(JSON.parse(parts['config'] ?? ''))
    const content = BatchContent.parse(JSON.parse(parts['content'] ?? ''))
    this.batches.push({ config, content })
    const before = this.refused.length
    for (const raw of content.group ?? []) this.#takeGroup(config.owner, BatchGroup.parse(raw))
    for (const raw of content.indicator ?? []) this.#takeIndicator(config, BatchIndicator.parse(raw))
    const errorCount = this.refused.length - before
    const total = (content.group ?? []).length + (content.indicator ?? []).length
    const counts = { errorCount, successCount: total - errorCount }
    if (this.polls === 0) return { status: 'Success', data: { batchStatus: { status: 'Completed', ...counts } } }
    const id = this.batches.length
    this.#pending.set(id, this.polls)
    return { status: 'Success', data: { batchStatus: { id, status: 'Queued' } } }
  }

  #poll(id: number): BatchAnswer {
    const left = (this.#pending.get(id) ?? 0) - 1
    this.#pending.set(id, left)
    const errorCount = this.refused.length
    return BatchAnswer.parse({
      status: 'Success',
      data: { batchStatus: left > 0 ? { id, status: 'Running' } : { id, status: 'Completed', errorCount } },
    })
  }

  #takeGroup(owner: string, group: BatchGroup): void {
    const known = this.groups.get(owner) ?? new Map<string, BatchGroup>()
    this.groups.set(owner, known)
    for (const xid of group.associatedGroupXid ?? [])
      if (!known.has(xid)) this.refused.push(`group ${group.xid} points at ${xid}, which is not known`)
    known.set(group.xid, group)
  }

  #takeIndicator(config: BatchConfig, item: BatchIndicator): void {
    const owner = this.owner(config.owner)
    const type = parseIndicatorType(item.type)
    const hashes =
      type === 'File'
        ? Object.values(splitFileSummary([item.md5, item.sha1, item.sha256].filter(Boolean).join(' : ')))
        : []
    for (const raw of hashes.length > 0 ? hashes : [item.summary ?? '']) {
      const canonical = type === undefined ? undefined : canonicalise(type, raw)
      if (canonical?.ok !== true)
        this.refused.push(`${item.type} ${raw} is not valid. ${canonical?.message ?? 'No such type'}`)
      else if (config.action === 'Delete') owner.delete(`${type}\t${canonical.value}`)
      else owner.set(`${type}\t${canonical.value}`, item)
    }
  }

  #isInGroup(owner: string, item: BatchIndicator, type: string, xidStart: string): boolean {
    return (item.associatedGroups ?? []).some(
      ({ groupXid }) => groupXid.startsWith(xidStart) && this.groups.get(owner)?.get(groupXid)?.type === type,
    )
  }

  #page(query: URLSearchParams): z.infer<typeof IndicatorPage> {
    const tql = query.get('tql') ?? ''
    const [, name, type, xidStart] = knownQuery.exec(tql) ?? []
    if (name === undefined) throw new Error(`the double does not know the query ${tql}`)
    const keys = [...this.owner(name)]
      .filter(([, item]) => type === undefined || this.#isInGroup(name, item, type, xidStart ?? ''))
      .map(([key]) => key)
      .toSorted()
    const start = Number(query.get('cursor') ?? 0)
    const end = start + Math.min(pageRows, Number(query.get('limit') ?? pageRows))
    const data = keys.slice(start, end).map((key) => row(key, name))
    return { data, ...(end < keys.length ? { next: String(end) } : {}) }
  }
}

/** `ownerName = "…"`, and that with `and hasGroup(typeName = "…")` or `… and hasGroup(typeName = "…" and xid like "…%")`. */
const knownQuery = /^ownerName = "([^"]*)"(?: and hasGroup\(typeName = "([^"]*)"(?: and xid like "([^"%]*)%")?\))?$/

function row(key: string, owner: string): Indicator {
  const [type = '', value = ''] = key.split('\t')
  const id = indicatorId(parseIndicatorType(type) ?? 'Host', value)
  return {
    id,
    type,
    value,
    rating: null,
    confidence: null,
    active: true,
    statuses: ['Active'],
    tlp: null,
    owners: [owner],
    tags: [],
    sightingCount: 0,
    lastSighted: null,
    falsePositiveCount: 0,
    addedAt: now,
    modifiedAt: now,
  }
}

function readMultipart({ body, headers }: Asked): Record<string, string> {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1]
  if (boundary === undefined) throw new Error('the batch is not multipart')
  const parts: Record<string, string> = {}
  for (const part of body.toString('utf8').split(`--${boundary}`)) {
    const name = /name="(\w+)"; filename="\1"\r\n\r\n/.exec(part)
    if (name?.[1] !== undefined) parts[name[1]] = part.slice(name.index + name[0].length, -2)
  }
  return parts
}
