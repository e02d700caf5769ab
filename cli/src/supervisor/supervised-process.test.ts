import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SupervisedProcess } from './supervised-process.ts'

const deadline = { interval: 20 }
const worker = `
  console.log('started ' + process.pid)
  process.send({ ready: true })
  process.on('SIGTERM', () => process.exit(0))
  setInterval(() => {}, 1000)`

let folder: string
let crashes: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-supervisor-'))
  crashes = []
})
afterEach(() => rmSync(folder, { recursive: true }))

function supervised(script: string): SupervisedProcess {
  return new SupervisedProcess(
    {
      name: 'worker',
      command: process.execPath,
      args: ['-e', script],
      env: {},
      logFile: join(folder, 'worker.log'),
    },
    (name, how) => crashes.push(`${name} ${how}`),
  )
}

function log(): string {
  return readFileSync(join(folder, 'worker.log'), 'utf8')
}

test('a process that is killed is started again, as often as it happens, until it is stopped', async () => {
  const process_ = supervised(worker)
  await process_.start()
  for (const times of [1, 2]) {
    const { pid } = process_
    process.kill(pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(process_.pid).not.toBe(pid), deadline)
    await vi.waitFor(() => expect(log()).toContain(`started ${process_.pid}`), deadline)
    expect(crashes).toEqual(Array.from({ length: times }, () => 'worker SIGKILL'))
  }
  await process_.stop()
  expect(log().match(/started/g)).toHaveLength(3)
  expect(crashes).toHaveLength(2)
})

test('a process that was stopped and started again is looked after as before', async () => {
  const process_ = supervised(worker)
  await process_.start()
  await process_.stop()
  await process_.start()
  const { pid } = process_
  process.kill(pid ?? 0, 'SIGKILL')
  await vi.waitFor(() => expect(process_.pid).not.toBe(pid), deadline)
  expect(crashes).toEqual(['worker SIGKILL'])
  await vi.waitFor(() => expect(log()).toContain(`started ${process_.pid}`), deadline)
  await process_.stop()
})

test('a process that ends before it is ready is a failed start, with the place of its last words, and is not started again', async () => {
  const process_ = supervised(`console.log('no database'); process.exit(7)`)
  await expect(process_.start()).rejects.toThrow(
    `The worker ended with 7. Its last words, in ${join(folder, 'worker.log')}`,
  )
  expect(log()).toBe('no database\n')
  expect(crashes).toEqual([])
})

test('a process that cannot be made is a failed start', async () => {
  const process_ = new SupervisedProcess(
    { name: 'worker', command: join(folder, 'nothing'), args: [], env: {}, logFile: join(folder, 'worker.log') },
    (name, how) => crashes.push(`${name} ${how}`),
  )
  await expect(process_.start()).rejects.toThrow('The worker could not be started (spawn')
  expect(crashes).toEqual([])
})
