import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub, type LocalEnvironmentServer } from '@postern/cli'
import {
  type Collection,
  Collection as CollectionSchema,
  DiffValuePage,
  type DiffValue,
  Execution,
  ExecutionDetail,
  executionEndStates,
  type Job,
  paths,
  Plan,
  Receipt,
} from '@postern/protocol'
import { type AedSimulator, startAed, startMispFeed } from '@postern/simulators'
import { prepareJobs } from '../demo/loop.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'

const target = 'Story'

/** How an export ended, with all that it left behind. */
export type Exported = { execution: ExecutionDetail; plans: Plan[]; receipts: Receipt[] }

/** An attribute of a MISP event. */
export type SourceAttribute = { type: string; value: string }

/** The main loop on a real hub with a real environment server; only the source and the control are rehearsed. */
export type Story = AsyncDisposable & {
  system: TestSystem
  server: LocalEnvironmentServer
  aed: AedSimulator
  jobs: { feed: Job; export: Job; collection: Collection }
  /** Makes these hosts, and what else is named, all that the source holds. */
  publish(hosts: readonly string[], others?: readonly SourceAttribute[]): void
  /** What the AED holds in truth, sorted. */
  held(): string[]
  /** Starts a job and gives the execution's id. */
  start(job: Job): Promise<string>
  /** Waits for the end of an execution. The hub may be away meanwhile. */
  end(executionId: string): Promise<ExecutionDetail>
  /** Runs the feed to its end and has the collection look at the library. */
  feed(): Promise<ExecutionDetail>
  export(): Promise<Exported>
  readExport(executionId: string): Promise<Exported>
  receiptValues(receiptId: string): Promise<DiffValue[]>
}

/**
 * @param restartDelayMsMax the longest wait before a process that died is started again, if not that of production
 * @param settings environment variables of the hub, as of a test system
 */
export async function startStory(restartDelayMsMax?: number, settings: Record<string, string> = {}): Promise<Story> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem(settings, { restartDelayMsMax }))
  const folder = join(system.dataFolder, '..')
  const events = join(folder, 'events')
  mkdirSync(events)
  const feed = stack.use(await startMispFeed({ stateDir: join(folder, 'feed'), eventsDir: events }))
  const aed = stack.use(await startAed({ stateDir: join(folder, 'aed'), collections: [target] }))
  const server = await system.startServer([`127.0.0.1:${aed.identity.port}`, `127.0.0.1:${feed.identity.port}`])
  const hub = system.hub.target
  const uuid = randomUUID()
  publish([])
  const jobs = await prepareJobs(
    { hub: system.hub, server, aed: aed.identity, feed: feed.identity },
    { owner: 'Source of the story', collection: 'Hosts of the story', taxiiCollection: target, suffix: 'story' },
    false,
    // Stories let all of a source go, which a feed does not do by itself.
    { removeGoneShareMax: 100 },
  )
  const started = stack.move()
  return {
    system,
    server,
    aed,
    jobs,
    publish,
    held: () => aed.held(target)['domain-name'].toSorted(),
    start,
    end,
    async feed() {
      const execution = await end(await start(jobs.feed))
      await callHub(hub, paths.collectionRefresh(jobs.collection.id), CollectionSchema, { method: 'POST', json: {} })
      return execution
    },
    async export() {
      const { id } = await end(await start(jobs.export))
      return await readExport(id)
    },
    readExport,
    async receiptValues(receiptId) {
      return (await callHub(hub, `${paths.receiptValues(receiptId)}?limit=1000`, DiffValuePage)).data
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }

  function publish(hosts: readonly string[], others: readonly SourceAttribute[] = []): void {
    const attributes = [...others, ...hosts.map((value) => ({ type: 'hostname', value }))]
    const Event = {
      uuid,
      info: 'Hosts of the story',
      date: '2026-11-02',
      timestamp: '1793606400',
      published: true,
      Attribute: attributes.map((attribute) => ({ uuid: randomUUID(), to_ids: true, ...attribute })),
    }
    // Renamed into its place: nobody reads half an event.
    const made = join(folder, `${uuid}.json`)
    writeFileSync(made, JSON.stringify({ Event }))
    renameSync(made, join(events, `${uuid}.json`))
  }

  async function start(job: Job): Promise<string> {
    return (await callHub(hub, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })).id
  }

  async function end(executionId: string): Promise<ExecutionDetail> {
    let last: unknown
    return await waitFor(
      async () => {
        const execution = await callHub(hub, paths.execution(executionId), ExecutionDetail).catch(refusedOrAway)
        last = execution ?? last
        return execution !== undefined && executionEndStates.some((state) => state === execution.state) && execution
      },
      `the end of execution ${executionId}`,
      () => JSON.stringify(last),
    )
  }

  async function readExport(executionId: string): Promise<Exported> {
    const execution = await callHub(hub, paths.execution(executionId), ExecutionDetail)
    const [plans, receipts] = await Promise.all([
      Promise.all(execution.planIds.map(async (id) => await callHub(hub, paths.plan(id), Plan))),
      Promise.all(execution.receiptIds.map(async (id) => await callHub(hub, paths.receipt(id), Receipt))),
    ])
    return { execution, plans, receipts }
  }
}

/** A hub that was killed is away for a moment; anything that it answers counts. */
function refusedOrAway(error: unknown): undefined {
  if (error instanceof Error && error.message === 'The hub cannot be reached.') return undefined
  throw error
}

/** Names of hosts, in order: `prefix-0001.example.com`. */
export function hostNames(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(5, '0')}.example.com`)
}
