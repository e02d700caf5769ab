import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logOutput, openLog } from './open-log.ts'

test('D12: what a log on a full disk had no room for is written when there is room, as much as may wait, and the rest is counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-log-'))
  try {
    const output = logOutput(openSync('/dev/full', 'w'), 1000)
    const log = openLog('info', output)
    for (let line = 0; line < 100; line += 1) log.info({ line }, 'a word')
    const file = join(folder, 'hub.log')
    // The same output finds room: nobody says another word.
    Object.assign(output, { fd: openSync(file, 'a') })
    const lines = () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text || '{}'))
    await expect.poll(() => lines().at(-1)?.msg).toBe('the log could not be written, and lines of it were left out')
    const kept = lines().slice(0, -1)
    expect(kept.map(({ line }) => line)).toEqual(kept.map((_, index) => index))
    expect(kept.length).toBeGreaterThan(5)
    expect(lines().at(-1)).toMatchObject({ lines: 100 - kept.length })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
