import { Rehearsal, untilLetGo, waitFor } from '@postern/dev/environment-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultExecutorCount, executorCount, judgeExecutors } from './executor-count.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start({ settings: { appsNumberofJobExecutors: 2 } })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

const idle = 'setInterval(() => {}, 1000)'

test('ES-25: an app that runs longer than its limit is ended as timed out', async () => {
  const result = await rehearsal.run(idle, { limits: { timeoutSeconds: 1 } })
  expect(result).toMatchObject({ outcome: 'timed-out', message: expect.stringContaining('1 seconds') })
})

test('ES-25: an app that takes more memory than its limit is ended, and the message says how much', async () => {
  const hungry = `const held = []; setInterval(() => held.push(Buffer.alloc(20 * 1024 * 1024, 1)), 20)`
  const result = await rehearsal.run(hungry, { limits: { memoryBytesMax: 200 * 1024 * 1024 } })
  expect(result).toMatchObject({
    outcome: 'limit',
    message: expect.stringMatching(/used \d+ MB of memory .* limit is 200 MB/),
  })
})

test('ES-25: memory counts over all processes of an app, also those that left its group', async () => {
  const parent = `import { spawn } from 'node:child_process'
    const child = 'const held = Buffer.alloc(150 * 1024 * 1024, 1); setInterval(() => held, 1000)'
    for (let n = 0; n < 2; n += 1) spawn(process.execPath, ['-e', child], { detached: true, stdio: 'ignore' }).unref()
    ${idle}`
  const result = await rehearsal.run(parent, { limits: { memoryBytesMax: 300 * 1024 * 1024 } })
  expect(result.outcome).toBe('limit')
})

test('ES-25: an app that takes more processor time than its limit is ended, counted over all its processes', async () => {
  const busy = `import { spawn } from 'node:child_process'
    for (let n = 0; n < 2; n += 1) spawn(process.execPath, ['-e', 'for (;;);'], { detached: true, stdio: 'ignore' }).unref()
    ${idle}`
  const result = await rehearsal.run(busy, { limits: { cpuSecondsMax: 1 } })
  expect(result).toMatchObject({
    outcome: 'limit',
    message: expect.stringMatching(/used \d+ s of processor time .* limit is 1 s/),
  })
})

test('ES-25: an app that starts more processes than its limit is ended', async () => {
  const many = `import { spawn } from 'node:child_process'
    for (let n = 0; n < 6; n += 1) spawn('sleep', ['60']); ${idle}`
  const result = await rehearsal.run(many, { limits: { processesMax: 4 } })
  expect(result).toMatchObject({ outcome: 'limit', message: expect.stringContaining('its limit is 4') })
})

test('ES-25: a fork bomb is stopped and leaves nothing behind', async () => {
  const bomb = `import { spawn } from 'node:child_process'
    // A shell that may not fork any more gives up, so the bomb is lit again and again.
    setInterval(() => spawn('sh', ['-c', 'b() { b | b & }; b; sleep 60'], { stdio: 'ignore' }).on('error', () => {}), 50)
    ${idle}`
  const result = await rehearsal.run(bomb, { limits: { processesMax: 8 } })
  expect(result.outcome).toBe('limit')
  expect(await rehearsal.run('console.log(1)')).toMatchObject({ outcome: 'exited', exitCode: 0 })
})

test('ES-25: where processes are too many, they are the reason, and memory that they share counts once', async () => {
  // It stays for as long as a busy machine takes to look at it a few times.
  const python = `import os, time
held = bytearray(40 * 1024 * 1024)
for _ in range(COUNT):
    if os.fork() == 0: time.sleep(60)
time.sleep(6 if COUNT < 8 else 60)
os.killpg(0, 9)`
  const run = (count: number, limits: object) =>
    rehearsal.run(
      `import { spawnSync } from 'node:child_process'
      spawnSync('/usr/bin/python3', ['-c', ${JSON.stringify(python)}.replaceAll('COUNT', '${count}')], { detached: true })`,
      { limits: { memoryBytesMax: 200 * 1024 * 1024, processesMax: 12, ...limits } },
    )
  const shared = await run(6, {})
  expect(shared).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(shared.usage?.memoryPeakBytes).toBeGreaterThan(40 * 1024 * 1024)
  expect(await run(20, {})).toMatchObject({
    outcome: 'limit',
    message: expect.stringMatching(/had \d+ processes .* limit is 12\.$/),
  })
})

test('ES-25: log lines beyond the limit are dropped, counted and said', async () => {
  const executionId = await rehearsal.execute(`for (let n = 0; n < 1000; n += 1) console.log('line ' + n)`, {
    limits: { logBytesMax: 5000 },
  })
  const texts = await rehearsal.logOf(executionId)
  const kept = texts.filter((text) => text.startsWith('line '))
  expect(kept.join('\n').length).toBeLessThanOrEqual(5000)
  const dropped = /^(\d+) lines were dropped/.exec(texts.at(-1) ?? '')?.[1]
  expect(kept.length + Number(dropped)).toBe(1000)
})

test('ES-7: without the setting the cores and memory decide, at least one runs, and more than they are enough for warns', () => {
  const gigabytes = (count: number) => count * 1024 ** 3
  expect(defaultExecutorCount(4, gigabytes(16))).toBe(4)
  expect(defaultExecutorCount(16, gigabytes(2))).toBe(4)
  expect(defaultExecutorCount(16, gigabytes(0.25))).toBe(1)
  const said: string[] = []
  const log = (level: string, text: string) => void said.push(`${level} ${text}`)
  const fitting = defaultExecutorCount()
  expect([executorCount(undefined, 0, log), executorCount(fitting, 0, log), said]).toEqual([fitting, fitting, []])
  expect(executorCount(fitting + 1, 0, log)).toBe(fitting + 1)
  expect(said).toEqual([expect.stringMatching(`^warn appsNumberofJobExecutors is ${fitting + 1}; .* ${fitting}\\.$`)])
  const states = [2, 3, 8, 9].map((setting) => judgeExecutors(setting, 2).state)
  expect(states).toEqual(['good', 'advice', 'advice', 'missing'])
})

test('ES-7: as many run at once as the setting says; the rest queue, visibly, and run in order', async () => {
  const slow = await rehearsal.app(untilLetGo(0))
  const executionIds: string[] = []
  for (let n = 0; n < 5; n += 1) executionIds.push(await rehearsal.execute(slow))
  await waitFor(
    () => rehearsal.hub.heartbeats.some(({ queued, executors }) => queued === 3 && executors === 2),
    'a heartbeat with three queued',
  )
  for (const executionId of executionIds) {
    await rehearsal.letGo(executionId)
    await rehearsal.resultOf(executionId)
  }
  const results = executionIds.map((executionId) => rehearsal.hub.result(executionId)?.result)
  const spans = results.map(
    (result) => [Date.parse(result?.startedAt ?? ''), Date.parse(result?.finishedAt ?? '')] as const,
  )
  for (const [start] of spans) {
    const atOnce = spans.filter(([from, to]) => from <= start && start < to).length
    expect(atOnce).toBeLessThanOrEqual(2)
  }
  // The first two begin side by side, and which is there first is nobody's business.
  const [one = NaN, other = NaN, ...later] = spans.map(([start]) => start)
  const starts = [Math.max(one, other), ...later]
  expect(starts).toEqual([...starts].sort((a, b) => a - b))
})

test('an app that is ended by a signal is reported so', async () => {
  const result = await rehearsal.run(`process.kill(process.pid, 'SIGSEGV'); ${idle}`)
  expect(result).toMatchObject({ outcome: 'signalled', exitCode: null, message: expect.stringContaining('signal 11') })
})

test('a process that an app leaves behind ends with the app', async () => {
  const executionId = await rehearsal.execute(`import { spawn } from 'node:child_process'
    // Longer than anybody here waits for a result.
    spawn('sh', ['-c', 'sleep 600'], { detached: true, stdio: 'inherit' }).unref(); process.exit(0)`)
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 0 })
})
