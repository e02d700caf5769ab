import type { AttemptResult } from '@postern/protocol'
import { FakeHub, nodeApp } from '@postern/dev/fake-hub'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { keepTidy } from '../executor/tidy-up.ts'
import { HubClock } from '../hub-link/hub-clock.ts'
import { openJournalDatabase } from './journal-database.ts'
import { Journal } from './journal.ts'
import { LogSpool } from './log-spool.ts'
import { ResultBox } from './result-box.ts'

const dayMs = 24 * 3_600_000
let hub: FakeHub
let folder: string
let database: DatabaseSync
let journal: Journal
beforeAll(async () => {
  hub = await FakeHub.start()
})
afterAll(() => hub[Symbol.asyncDispose]())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-journal-'))
  reopen()
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

function reopen(keychainSecret = 'a key of the keychain'): void {
  database = openJournalDatabase(join(folder, 'journal.sqlite'))
  journal = new Journal(database, new ResultBox(keychainSecret))
}

async function command(executionId: string = randomUUID(), attempt = 1) {
  return hub.executeCommand('1001', await nodeApp('app_v1', '', hub.publisherKey), { executionId, attempt })
}

function result(message: string): AttemptResult {
  const finishedAt = new Date().toISOString()
  return {
    outcome: 'exited',
    exitCode: 0,
    message,
    results: {},
    tier: 'isolated',
    startedAt: null,
    finishedAt,
    usage: null,
    logSeqLast: 0,
  }
}

const now = () => new Date().toISOString()

test('D8: every commit is on the disk before it returns', () => {
  expect(database.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 })
  expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
})

test('D10: an attempt goes from queued over running and finished to forgotten, and is known ever after', async () => {
  const execute = await command()
  expect(journal.seenAttempt(execute)).toBeUndefined()
  journal.accept(execute, 'body', now(), Date.now() + 1000)
  expect(journal.held()).toMatchObject([{ state: 'queued', body: 'body', placement: 'pinned' }])
  journal.markRunning(execute, { pid: 42, startTicks: '99' }, 'isolated', now())
  expect(journal.held()).toMatchObject([{ state: 'running', process: { pid: 42, startTicks: '99' }, tier: 'isolated' }])
  expect(journal.undelivered(10)).toEqual([])
  journal.finish(execute, result('first'))
  journal.finish(execute, result('second'))
  expect(journal.undelivered(10)).toMatchObject([{ result: { message: 'first' } }])
  expect(journal.held()).toMatchObject([{ state: 'finished', process: undefined }])
  journal.forget(execute)
  expect(journal.held()).toEqual([])
  expect(journal.seenAttempt(execute)).toBe('forgotten')
  expect(journal.hasSeenCommand(execute.commandId)).toBe(true)
  expect(journal.latestAttempt(execute.executionId)).toBe(1)
})

test('D10: everything is there again after the file was closed and opened', async () => {
  const execute = await command()
  journal.accept(execute, 'body', now(), Date.now() + 1000)
  database.close()
  reopen()
  expect(journal.held()).toHaveLength(1)
})

test('D9: values that an app keeps are in no file of the journal in the clear, and come out as they went in', async () => {
  const execute = await command()
  journal.accept(execute, 'body', now(), 1)
  const kept = { ...result('signed in'), results: { refreshToken: 'rotated-by-the-source' } }
  journal.finish(execute, kept)
  const files = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
  expect(files.includes(execute.executionId)).toBe(true)
  expect(files.includes('rotated-by-the-source')).toBe(false)
  database.close()
  reopen()
  expect(journal.undelivered(10)).toEqual([{ executionId: execute.executionId, attempt: 1, result: kept }])
})

test('a result that another keychain sealed, or that was sealed for another attempt, is delivered as one that is not known', async () => {
  const [one, other] = [await command(), await command()]
  for (const execute of [one, other]) {
    journal.accept(execute, 'body', now(), 1)
    journal.finish(execute, result('done'))
  }
  database.exec(`update attempt set result = (select result from attempt where execution_id = '${one.executionId}')`)
  const outcomes = () => journal.undelivered(10).map((each) => each.result.outcome)
  expect(outcomes()).toEqual(['exited', 'interrupted'])
  database.close()
  reopen('a key of another keychain')
  expect(outcomes()).toEqual(['interrupted', 'interrupted'])
})

test('D10: an attempt cannot be accepted twice', async () => {
  const execute = await command()
  journal.accept(execute, 'body', now(), 1)
  expect(() => journal.accept({ ...execute, commandId: randomUUID() }, 'body', now(), 1)).toThrow(/UNIQUE/)
  expect(journal.held()).toHaveLength(1)
})

test('D8: command ids are forgotten after their time, but never while their attempt is held', async () => {
  const [past, held, future] = [await command(), await command(), await command()]
  for (const [execute, after] of [
    [past, 1000],
    [held, 1000],
    [future, 9000],
  ] as const)
    journal.accept(execute, 'body', now(), after)
  journal.forget(past)
  journal.forget(future)
  journal.forgetOldCommands(5000)
  expect([past, held, future].map(({ commandId }) => journal.hasSeenCommand(commandId))).toEqual([false, true, true])
})

test('a journal of a newer release is not touched', () => {
  database.exec('pragma user_version = 99')
  database.close()
  expect(() => openJournalDatabase(join(folder, 'journal.sqlite'))).toThrow(/newer release/)
  database = openJournalDatabase(join(folder, 'other.sqlite'))
})

const line = (seq: number, text: string) => ({
  seq,
  at: now(),
  stream: 'stdout' as const,
  level: 'info' as const,
  text,
})

test('log chunks come out in the order they went in, and stay until they are removed', async () => {
  const execute = await command()
  journal.accept(execute, 'body', now(), 1)
  const spool = new LogSpool(database)
  expect(spool.add(execute, [line(1, 'a'), line(2, 'b')])).toBe(true)
  expect(spool.add(execute, [line(3, 'c')])).toBe(true)
  expect(journal.held()[0]?.logSeqLast).toBe(3)
  const first = new LogSpool(database).oldest()
  expect(gunzipSync(first?.body ?? Buffer.alloc(0)).toString()).toMatch(/"text":"a".*\n.*"text":"b".*\n$/)
  if (first) spool.remove(first)
  expect(gunzipSync(spool.oldest()?.body ?? Buffer.alloc(0)).toString()).toContain('"text":"c"')
})

test('a full spool takes no more lines, also after a restart, and takes them again when there is room', async () => {
  const execute = await command()
  journal.accept(execute, 'body', now(), 1)
  const bytesMax = 300
  const spool = new LogSpool(database, bytesMax)
  const noise = () => randomUUID() + randomUUID() + randomUUID()
  expect(spool.add(execute, [line(1, noise())])).toBe(true)
  expect(spool.add(execute, [line(2, noise())])).toBe(false)
  const again = new LogSpool(database, bytesMax)
  expect(again.add(execute, [line(2, noise())])).toBe(false)
  const oldest = again.oldest()
  if (oldest) again.remove(oldest)
  expect(again.add(execute, [line(2, noise())])).toBe(true)
})

test('ES-9: what grows old while the server runs is removed within the hour, but for executions that are held', async () => {
  const held = await command()
  journal.accept(held, '{}', new Date().toISOString(), Date.now() + 10 * dayMs)
  const jobsFolder = join(folder, 'jobs')
  const start = Date.now()
  for (const [name, ageMs] of [
    ['nearly-old', 2 * dayMs - 30 * 60_000],
    ['young', dayMs],
    [held.executionId, 5 * dayMs],
  ] as const) {
    mkdirSync(join(jobsFolder, name, '1', 'log'), { recursive: true })
    const time = new Date(start - ageMs)
    utimesSync(join(jobsFolder, name), time, time)
  }
  vi.useFakeTimers({ now: start, toFake: ['Date', 'setInterval', 'clearInterval'] })
  try {
    const said: string[] = []
    const settings = { appsSessionDaystoKeep: 2 }
    const tidying = keepTidy({ home: { jobsFolder }, settings }, journal, new HubClock(), (_level, text) =>
      said.push(text),
    )
    await vi.advanceTimersByTimeAsync(59 * 60_000)
    expect(readdirSync(jobsFolder).toSorted()).toEqual(['nearly-old', 'young', held.executionId].toSorted())
    await vi.advanceTimersByTimeAsync(60_000)
    await vi.waitFor(() => expect(said).toEqual(['Removed the folders of 1 executions older than 2 days.']))
    expect(readdirSync(jobsFolder).toSorted()).toEqual(['young', held.executionId].toSorted())
    clearInterval(tidying)
  } finally {
    vi.useRealTimers()
  }
})
