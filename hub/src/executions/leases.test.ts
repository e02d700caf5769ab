import { type Command, type HeldAttempt, limits } from '@postern/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandIn, type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'

let rehearsal: Rehearsal

beforeAll(async () => {
  rehearsal = await startRehearsal()
})
afterAll(() => rehearsal.close())

/** When an app acted, in seconds of the held clock, on which attempt. */
type Run = { attempt: number; from: number; to: number }

/** What one server meets in one step. */
const weather = fc.record({
  /** Cut off: nothing goes in or out. */
  isCut: fc.boolean(),
  losesAnswer: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
  /** How long a heartbeat is on its way. */
  delaySeconds: fc.constantFrom(0, 0, 0, 3, 8),
  isRestarted: fc.integer({ min: 0, max: 15 }).map((number) => number === 0),
})
const step = fc.record({ seconds: fc.integer({ min: 1, max: 7 }), servers: fc.tuple(weather, weather) })
type Weather = { isCut: boolean; losesAnswer: boolean; delaySeconds: number; isRestarted: boolean }

/**
 * An environment server as D10 has it: it starts a pooled app when its first lease is granted, measures leases from when it sent
 * the heartbeat, and ends the app when its lease has run out; the app acts up to `terminationGraceSeconds` longer.
 */
class ModelServer {
  readonly server: RehearsedServer
  readonly #runs: Run[]
  #held: { attempt: HeldAttempt; leaseUntil: number; startedAt: number | undefined }[] = []
  readonly #taken = new Set<string>()

  constructor(server: RehearsedServer, runs: Run[]) {
    this.server = server
    this.#runs = runs
  }

  expire(now: number): void {
    for (const each of this.#held) {
      if (each.startedAt !== undefined && each.leaseUntil <= now)
        this.#end(each, each.leaseUntil + limits.terminationGraceSeconds)
    }
  }

  /** Takes commands that the broker brings, however late. */
  async take(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      if (
        command.serverXid !== this.server.serverXid ||
        command.kind !== 'execute' ||
        this.#taken.has(command.commandId)
      )
        continue
      this.#taken.add(command.commandId)
      this.#held.push({
        attempt: { executionId: command.executionId, attempt: command.attempt },
        leaseUntil: 0,
        startedAt: undefined,
      })
      await rehearsal.tell(this.server, command, 'accepted')
    }
  }

  held(): HeldAttempt[] {
    return this.#held.map(({ attempt }) => attempt)
  }

  answered(sentAt: number, named: readonly HeldAttempt[], granted: readonly HeldAttempt[], now: number): void {
    for (const each of this.#held.filter(({ attempt }) => named.includes(attempt))) {
      if (granted.some(({ attempt }) => attempt === each.attempt.attempt)) {
        each.leaseUntil = Math.max(each.leaseUntil, sentAt + limits.leaseSeconds)
        if (each.leaseUntil > now) each.startedAt ??= now
      } else this.#end(each, now)
    }
  }

  /** A restart ends what runs, and says so. */
  async restart(now: number): Promise<void> {
    const [running] = this.#held.filter(({ startedAt }) => startedAt !== undefined)
    if (running === undefined) return
    this.#end(running, now)
    const at = rehearsal.clock.now().toISOString()
    const { executionId, attempt } = running.attempt
    const result = {
      outcome: 'interrupted',
      exitCode: null,
      message: 'restarted',
      results: {},
      tier: null,
      startedAt: at,
      finishedAt: at,
      usage: null,
      logSeqLast: 0,
    } as const
    await rehearsal.executions
      .acceptResult(this.server.serverXid, executionId, attempt, result)
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'conflict' })
      })
  }

  #end(each: { attempt: HeldAttempt; startedAt: number | undefined }, to: number): void {
    if (each.startedAt !== undefined) this.#runs.push({ attempt: each.attempt.attempt, from: each.startedAt, to })
    this.#held = this.#held.filter((other) => other !== each)
  }
}

test('D10, ES-24: two attempts of one execution never overlap, whatever the network drops, cuts or delays', async () => {
  let takenOver = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 40 }), async (steps) => {
      const runs = await play(steps)
      for (const [index, run] of runs.entries()) {
        const next = runs[index + 1]
        if (next === undefined) continue
        takenOver += 1
        expect(run.to, JSON.stringify(runs)).toBeLessThanOrEqual(next.from)
      }
    }),
    {
      numRuns: process.env['POSTERN_SOAK'] === '1' ? 1_000 : 20,
      endOnFailure: true,
      ...(process.env['POSTERN_TEST_SEED'] === undefined ? {} : { seed: Number(process.env['POSTERN_TEST_SEED']) }),
    },
  )
  // Else the property was not tried at all.
  expect(takenOver).toBeGreaterThan(3)
  expect(rehearsal.errors).toEqual([])
})

/** Plays one execution of a pool of two through the weather. @returns its runs in order */
async function play(steps: readonly { seconds: number; servers: readonly Weather[] }[]): Promise<Run[]> {
  const runs: Run[] = []
  const now = () => rehearsal.clock.now().getTime() / 1000
  const { servers, executionId } = await newPool(runs)
  for (const { seconds, servers: weathers } of steps) {
    rehearsal.clock.pass(seconds)
    for (const [index, model] of servers.entries()) {
      const weather = weathers[index]
      for (const each of servers) each.expire(now())
      if (weather === undefined || weather.isCut) continue
      if (weather.isRestarted) await model.restart(now())
      await model.take(await commandsOf(executionId))
      const sentAt = now()
      const named = model.held()
      // While the heartbeat is on its way, time passes for everyone, and the hub goes on.
      rehearsal.clock.pass(weather.delaySeconds)
      for (const each of servers) each.expire(now())
      if (weather.delaySeconds > 0) await rehearsal.executions.tick()
      const granted = (await rehearsal.beat(model.server, named)) ?? []
      if (!weather.losesAnswer) model.answered(sentAt, named, granted, now())
    }
    await rehearsal.executions.tick()
  }
  rehearsal.clock.pass(100)
  for (const model of servers) model.expire(now())
  return runs.sort((a, b) => a.from - b.from)
}

async function newPool(runs: Run[]): Promise<{ servers: ModelServer[]; executionId: string }> {
  const environment = await rehearsal.db
    .insertInto('environment')
    .values({ organization_id: rehearsal.organizationId, name: `Pool ${crypto.randomUUID()}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const servers: ModelServer[] = []
  for (const name of ['one', 'two']) {
    servers.push(new ModelServer(await rehearsal.addServer(name, { environmentId: environment.id }), runs))
  }
  const jobId = await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }), timeoutSeconds: 3600 })
  await rehearsal.db.updateTable('job').set({ environment_id: environment.id }).where('id', '=', jobId).execute()
  return { servers, executionId: await rehearsal.start(jobId) }
}

async function commandsOf(executionId: string): Promise<Command[]> {
  const rows = await rehearsal.db
    .selectFrom('command')
    .select('payload')
    .where('execution_id', '=', executionId)
    .execute()
  return rows.map(({ payload }) => commandIn(payload))
}
