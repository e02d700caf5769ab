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
  paths,
} from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'
import { LogFollower, type LogLines } from './log-follower.ts'

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

/** Runs a job now and waits for its end; `onLines` hears the log as it comes, `onWaiting` what it waits for meanwhile, once each. */
export async function runJob(
  target: HubTarget,
  jobId: string,
  onLines?: (lines: LogLines) => void,
  onWaiting: (message: string) => void = () => {},
): Promise<{ execution: ExecutionDetail; ledger: Ledger }> {
  const { id } = await callHub(target, paths.jobExecutions(jobId), Execution, { method: 'POST', json: {} })
  const deadline = Date.now() + waitDeadlineMs
  const log = onLines && new LogFollower(target, id, onLines)
  let message = ''
  for (;;) {
    const execution = await callHub(target, paths.execution(id), ExecutionDetail)
    await log?.readOn()
    if ((executionEndStates as readonly string[]).includes(execution.state)) {
      await log?.readToEnd(execution.attempts)
      return { execution, ledger: await callHub(target, paths.executionLedger(id), Ledger) }
    }
    if (execution.message !== message && execution.message !== '') onWaiting(execution.message)
    message = execution.message
    if (Date.now() > deadline)
      throw new Error(`Execution ${id} has not ended after half an hour; look at it in the console.`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
