import { callHub, ensureJob, ensureOwner, findApp, runJob } from '@postern/cli'
import {
  Collection,
  CollectionPage,
  type ExecutionDetail,
  type Job,
  type Ledger,
  type ParameterValue,
  paths,
  Receipt,
} from '@postern/protocol'
import type { Constellation } from './constellation.ts'
import type { Input } from './input.ts'

/** What one turn of the loop did. */
export type Turn = {
  feed: { execution: ExecutionDetail; ledger: Ledger }
  export: { execution: ExecutionDetail }
  collection: Collection
  receipts: Receipt[]
}

export type Jobs = { feed: Job; export: Job; collection: Collection }

const everyTenMinutes = { cron: '0 0/10 * * * ?', timeZone: 'UTC' }
const fiveMinutesLater = { cron: '0 5/10 * * * ?', timeZone: 'UTC' }

/** Owner, data collection and the two jobs, made or brought up to date. */
export async function prepareJobs(
  { hub, server, aed, feed }: Pick<Constellation, 'hub' | 'server' | 'aed' | 'feed'>,
  input: Omit<Input, 'folder'>,
  scheduled: boolean,
  feedParameters: Record<string, ParameterValue> = {},
): Promise<Jobs> {
  const { target } = hub
  await ensureOwner(target, input.owner)
  const collection = await ensureCollection(target, input)
  const feedJob = await ensureJob(target, await findApp(target, 'misp_feed'), server.environment, {
    name: `MISP feed ${input.suffix}`,
    owner: input.owner,
    parameters: { events: feed.url, fingerprint: feed.fingerprintSha256, ...feedParameters },
    schedule: scheduled ? everyTenMinutes : null,
  })
  const exportJob = await ensureJob(target, await findApp(target, 'netscout_aed'), server.environment, {
    name: `NETSCOUT AED ${input.suffix}`,
    control: 'netscout-aed',
    parameters: {
      hostname: `127.0.0.1:${aed.port}`,
      fingerprint: aed.fingerprintSha256,
      apiToken: aed.apiToken,
      stixUsername: aed.stixUsername,
      stixPassword: aed.stixPassword,
      dataCollection: collection.name,
      stixCollection: input.taxiiCollection,
    },
    schedule: scheduled ? fiveMinutesLater : null,
  })
  return { feed: feedJob, export: exportJob, collection }
}

/** Feed in, collection refreshed, export out. */
export async function turn({ hub }: Constellation, jobs: Jobs): Promise<Turn> {
  const { target } = hub
  const feed = await runJob(target, jobs.feed.id)
  const collection = await callHub(target, paths.collectionRefresh(jobs.collection.id), Collection, {
    method: 'POST',
    json: {},
  })
  const exported = await runJob(target, jobs.export.id)
  const receipts = await Promise.all(
    exported.execution.receiptIds.map(async (id) => await callHub(target, paths.receipt(id), Receipt)),
  )
  return { feed, export: exported, collection, receipts }
}

async function ensureCollection(
  target: Constellation['hub']['target'],
  input: Pick<Input, 'owner' | 'collection'>,
): Promise<Collection> {
  const existing = (await callHub(target, paths.collections, CollectionPage)).data.find(
    (each) => each.name === input.collection,
  )
  if (existing !== undefined) return existing
  return await callHub(target, paths.collections, Collection, {
    json: { name: input.collection, tql: `ownerName = "${input.owner}"` },
  })
}
