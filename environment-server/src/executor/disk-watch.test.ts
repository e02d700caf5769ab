import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchDisk } from './disk-watch.ts'

const lookMs = 500

/** A file where a folder should be cannot be measured. */
function watchFile() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const folder = mkdtempSync(join(tmpdir(), 'disk-watch-'))
  const path = join(folder, 'out')
  writeFileSync(path, '')
  const told: string[] = []
  const watched = watchDisk([path], process.pid, 1024 * 1024, (sentence) => told.push(sentence))
  onTestFinished(() => {
    watched.stop()
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })
  return { path, told }
}

test('ES-25: what cannot be measured twice running ends the app, with the reason', async () => {
  const { told } = watchFile()
  await vi.advanceTimersByTimeAsync(10 * lookMs)
  expect(told).toEqual([
    expect.stringMatching(/^What the app has on disk cannot be measured \(.*ENOTDIR.*It was ended\.$/),
  ])
})

test('ES-25: one look that fails ends nothing', async () => {
  const { path, told } = watchFile()
  await vi.advanceTimersByTimeAsync(lookMs)
  rmSync(path)
  mkdirSync(path)
  await vi.advanceTimersByTimeAsync(10 * lookMs)
  expect(told).toEqual([])
})
