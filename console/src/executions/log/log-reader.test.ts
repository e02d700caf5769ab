import type { LogPage } from '@postern/protocol'
import { expect, test } from 'vitest'
import { LogReader } from './log-reader.ts'
import { logRows } from './test-rows.ts'

/** A log that grows, read by cursor as the hub serves it, one answer at a time. */
class GrowingLog {
  lines = 0
  readonly asked: (string | undefined)[] = []
  failure: Error | undefined
  hold: Promise<void> | undefined

  readonly read = async (after: string | undefined): Promise<LogPage> => {
    this.asked.push(after)
    const from = Number(after ?? 0)
    const data = logRows(from + 1, Math.min(from + 1000, this.lines))
    await this.hold
    if (this.failure) throw this.failure
    return { data, cursor: data.length === 0 ? null : String(from + data.length) }
  }
}

async function caughtUp(reader: LogReader): Promise<void> {
  if (reader.snapshot.status === 'caught-up') return
  await new Promise<void>((resolve) => {
    const end = reader.onChange(() => {
      if (reader.snapshot.status !== 'caught-up') return
      end()
      resolve()
    })
  })
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1 }).toBe(true)
}

test('a log is read to its end, page by page, and then on from its last cursor', async () => {
  const log = new GrowingLog()
  log.lines = 2500
  const reader = new LogReader('1', log.read)
  reader.readOnIfStarted()
  expect(log.asked).toEqual([])
  reader.start()
  await caughtUp(reader)
  expect(reader.snapshot.rows).toHaveLength(2500)
  expect(log.asked).toEqual([undefined, '1000', '2000'])
  log.lines = 2510
  reader.readOnIfStarted()
  await until(() => reader.snapshot.rows.length === 2510)
  expect(log.asked.at(-1)).toBe('2500')
})

test('news during a reading are read once more after it, however many came', async () => {
  const log = new GrowingLog()
  log.lines = 10
  const { promise, resolve } = Promise.withResolvers<void>()
  log.hold = promise
  const reader = new LogReader('1', log.read)
  reader.start()
  for (let i = 0; i < 20; i += 1) reader.readOnIfStarted()
  reader.start()
  // One more line comes after the answer under way was made.
  log.lines = 11
  resolve()
  await caughtUp(reader)
  expect(log.asked).toHaveLength(2)
  expect(reader.snapshot.rows).toHaveLength(11)
})

test('a failure keeps what was read, is told, and the next try goes on from there', async () => {
  const log = new GrowingLog()
  log.lines = 5
  const reader = new LogReader('1', log.read)
  reader.start()
  await caughtUp(reader)
  log.failure = new Error('gone')
  reader.readOnIfStarted()
  await until(() => reader.snapshot.status === 'failed')
  expect(reader.snapshot).toMatchObject({ error: log.failure, rows: { length: 5 } })
  log.failure = undefined
  log.lines = 8
  reader.start()
  await caughtUp(reader)
  expect(reader.snapshot.rows).toHaveLength(8)
  expect(log.asked.at(-1)).toBe('5')
})

test('an empty log is caught up with at once, and a stopped reader reads no more', async () => {
  const log = new GrowingLog()
  const reader = new LogReader('1', log.read)
  reader.start()
  await caughtUp(reader)
  reader.stop()
  log.lines = 5
  reader.readOnIfStarted()
  expect(log.asked).toHaveLength(1)
})
