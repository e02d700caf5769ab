import { Rehearsal, rehearsalXid, waitFor } from '@postern/dev/environment-server'
import { launch } from '@postern/protocol'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const oneAtATime = { settings: { appsNumberofJobExecutors: 1 } }

/** Whether any process on this machine has the mark in its command line or environment. */
function isRunning(mark: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
      } catch {
        // It ended meanwhile.
        return false
      }
    })
}

function sleeper(mark: string): string {
  return `import { spawn } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    import { dirname, join } from 'node:path'
    const top = dirname(dirname(process.env.TC_APP_PARAM_FILE))
    writeFileSync(join(top, 'out', ${JSON.stringify(launch.writtenFile)}), 'receipt ${'a'.repeat(64)}\\n')
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${mark}'], { stdio: 'ignore', detached: true })
    setInterval(() => {}, 1000); console.log('up')`
}

/** Each starts a server of its own, at once, on a machine that may be busy. */

test.concurrent('D10: a server killed while an app runs takes the app with it, reports it interrupted, and does not run it again', async () => {
  await using rehearsal = await Rehearsal.start(oneAtATime)
  const mark = randomUUID()
  const app = await rehearsal.app(sleeper(mark))
  const command = rehearsal.hub.executeCommand(rehearsalXid, app)
  await rehearsal.hub.send(command)
  await waitFor(() => isRunning(mark), 'the app to run')
  await rehearsal.server.kill()
  await rehearsal.server.startConnected()
  expect((await rehearsal.resultOf(command.executionId)).result).toMatchObject({
    outcome: 'interrupted',
    exitCode: null,
    tier: 'isolated',
    // D40: nobody else will ever be able to say what of its receipts is its own.
    signature: { written: [{ kind: 'receipt', sha256: 'a'.repeat(64) }] },
  })
  expect(isRunning(mark)).toBe(false)
  // The hub may not have seen the acknowledgement: its repeat is answered, and starts nothing.
  await rehearsal.hub.send(command)
  await rehearsal.run('process.exit(0)')
  expect(isRunning(mark)).toBe(false)
  expect(
    rehearsal.hub.events.filter(({ executionId, event }) => executionId === command.executionId && event === 'running'),
  ).toHaveLength(1)
})

test.concurrent('D10: what was queued when the server was killed runs after the restart, once', async () => {
  await using rehearsal = await Rehearsal.start(oneAtATime)
  const first = await rehearsal.execute('setInterval(() => {}, 1000)')
  await rehearsal.running(first)
  const second = await rehearsal.execute('process.exit(0)')
  await waitFor(
    () => rehearsal.hub.events.some(({ executionId, event }) => executionId === second && event === 'accepted'),
    'acceptance',
  )
  await rehearsal.server.kill()
  await rehearsal.server.startConnected()
  expect((await rehearsal.resultOf(first)).result.outcome).toBe('interrupted')
  expect(await rehearsal.resultOf(second)).toMatchObject({ count: 1, result: { outcome: 'exited', exitCode: 0 } })
})

test.concurrent('ES-26: what was queued when the server was killed, and is over its time-out at the next start, never runs', async () => {
  await using rehearsal = await Rehearsal.start(oneAtATime)
  const first = await rehearsal.execute('setInterval(() => {}, 1000)')
  await rehearsal.running(first)
  const app = await rehearsal.app('process.exit(0)')
  // Long enough for a busy machine to take it.
  const deadline = rehearsal.hub.now() + 20_000
  const second = await rehearsal.execute(app, { notAfter: new Date(deadline).toISOString() })
  await waitFor(
    () => rehearsal.hub.events.some(({ executionId, event }) => executionId === second && event === 'accepted'),
    'acceptance',
  )
  await rehearsal.server.kill()
  await waitFor(() => rehearsal.hub.now() > deadline, 'the time-out to pass')
  await rehearsal.server.startConnected()
  expect((await rehearsal.resultOf(second)).result).toMatchObject({ outcome: 'timed-out', startedAt: null })
})

test.concurrent('ES-23: a result that could not be delivered survives kills and is delivered once the hub is back', async () => {
  await using rehearsal = await Rehearsal.start(oneAtATime)
  rehearsal.hub.api.failWith = 503
  // The package has to be there already: the same failing hub delivers it.
  const executionId = await warm(rehearsal, 'process.exit(3)')
  await waitFor(
    () => rehearsal.hub.events.some((event) => event.executionId === executionId && event.event === 'finished'),
    'the end',
  )
  await rehearsal.server.kill()
  await rehearsal.server.startConnected()
  await rehearsal.server.kill()
  rehearsal.hub.api.failWith = undefined
  await rehearsal.server.startConnected()
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 3 })
  const held = () => rehearsal.hub.heartbeats.at(-1)?.held.some((attempt) => attempt.executionId === executionId)
  await waitFor(() => held() === false, 'the attempt to be forgotten')
})

test.concurrent('D10: whatever the instant of the kill, every accepted execution gets exactly one result', async () => {
  await using rehearsal = await Rehearsal.start(oneAtATime)
  const app = await rehearsal.app('setTimeout(() => process.exit(0), 60)')
  const executionIds: string[] = []
  for (let round = 0; round < 6; round += 1) {
    const command = rehearsal.hub.executeCommand(rehearsalXid, app)
    executionIds.push(command.executionId)
    await rehearsal.hub.send(command)
    // Each round kills at another step: from before the acceptance to after the end.
    const steps = ['accepted', 'accepted', 'running', 'running', 'finished', 'finished']
    await waitFor(
      () =>
        rehearsal.hub.events.some(
          ({ executionId, event }) => executionId === command.executionId && event === steps[round],
        ),
      steps[round] ?? '',
    )
    await rehearsal.server.kill()
    await rehearsal.server.startConnected()
    // As the hub does until it has an acknowledgement.
    await rehearsal.hub.send(command)
  }
  for (const executionId of executionIds) {
    const { result } = await rehearsal.resultOf(executionId)
    expect(['exited', 'interrupted']).toContain(result.outcome)
    const starts = rehearsal.hub.events.filter(
      (event) => event.executionId === executionId && event.event === 'running',
    )
    expect(starts.length).toBeLessThanOrEqual(1)
  }
})

async function warm(rehearsal: Rehearsal, source: string): Promise<string> {
  rehearsal.hub.api.failWith = undefined
  const app = await rehearsal.app(source)
  await rehearsal.run(app)
  rehearsal.hub.api.failWith = 503
  return rehearsal.execute(app)
}
