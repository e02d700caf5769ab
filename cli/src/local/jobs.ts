import {
  AppPage,
  type App,
  type CreateJob,
  type Environment,
  Execution,
  ExecutionDetail,
  executionEndStates,
  Job,
  JobPage,
  Ledger,
  LogPage,
  type LogPage as Log,
  paths,
} from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'

export type WantedJob = Omit<CreateJob, 'appId' | 'environmentId'>

export async function findApp(target: HubTarget, programBase: string): Promise<App> {
  const apps = await allRows(target, paths.apps, AppPage)
  const app = apps.find((each) => each.programName.replace(/_v\d+(\.\d+)*$/, '') === programBase)
  if (app === undefined)
    throw new Error(`No app ${programBase} is installed. There are: ${apps.map((each) => each.programName).join(', ')}`)
  return app
}

/** The job of that name, made or brought up to what is wanted. */
export async function ensureJob(
  target: HubTarget,
  app: App,
  environment: Environment,
  wanted: WantedJob,
): Promise<Job> {
  const request = { ...wanted, appId: app.id, environmentId: environment.id }
  const existing = (await allRows(target, paths.jobs, JobPage)).find((job) => job.name === wanted.name)
  if (existing === undefined) return await callHub(target, paths.jobs, Job, { json: request })
  return await callHub(target, paths.job(existing.id), Job, { method: 'PATCH', json: request })
}

const pollMs = 100
const waitDeadlineMs = 30 * 60_000
/** The last lines may come after the result, and nothing says which is the last: a log that was silent for so long is taken for whole. */
const silentLogMs = 1_500
const lateLinesMsMax = 15_000

/** Runs a job now and waits for its end; `onLines` hears the log as it comes, `onWaiting` what it waits for meanwhile, once each. */
export async function runJob(
  target: HubTarget,
  jobId: string,
  onLines?: (lines: Log['data']) => void,
  onWaiting: (message: string) => void = () => {},
): Promise<{ execution: ExecutionDetail; ledger: Ledger }> {
  const { id } = await callHub(target, paths.jobExecutions(jobId), Execution, { method: 'POST', json: {} })
  const deadline = Date.now() + waitDeadlineMs
  let cursor: string | null = null
  let message = ''
  for (;;) {
    const execution = await callHub(target, paths.execution(id), ExecutionDetail)
    if (onLines) cursor = await readLog(target, id, cursor, onLines)
    if ((executionEndStates as readonly string[]).includes(execution.state)) {
      if (onLines) await readLateLines(target, id, cursor, onLines)
      return { execution, ledger: await callHub(target, paths.executionLedger(id), Ledger) }
    }
    if (execution.message !== message && execution.message !== '') onWaiting(execution.message)
    message = execution.message
    if (Date.now() > deadline)
      throw new Error(`Execution ${id} has not ended after half an hour; look at it in the console.`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

async function readLateLines(
  target: HubTarget,
  executionId: string,
  after: string | null,
  onLines: (lines: Log['data']) => void,
): Promise<void> {
  const end = Date.now() + lateLinesMsMax
  let cursor = after
  for (let heardAt = Date.now(); Date.now() - heardAt < silentLogMs && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    const read = await readLog(target, executionId, cursor, onLines)
    if (read !== cursor) heardAt = Date.now()
    cursor = read
  }
}

async function readLog(
  target: HubTarget,
  executionId: string,
  after: string | null,
  onLines: (lines: Log['data']) => void,
): Promise<string | null> {
  let cursor = after
  for (;;) {
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`
    const page = await callHub(target, `${paths.executionLog(executionId)}${query}`, LogPage)
    if (page.data.length === 0) return cursor
    onLines(page.data)
    cursor = page.cursor ?? cursor
    if (page.cursor === null) return cursor
  }
}
