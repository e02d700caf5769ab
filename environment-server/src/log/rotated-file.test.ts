import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RotatedFile } from './rotated-file.ts'

test('ES-3: the log file keeps the newest lines in order, and never more parts than it may', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-log-'))
  try {
    const path = join(folder, 'server.log')
    const limits = { fileBytesMax: 100, partsMax: 2 }
    for (let part = 0; part < 2; part += 1) {
      // A new process goes on where the last one ended.
      const file = new RotatedFile(path, limits)
      for (let line = 0; line < 30; line += 1) file.write(`line ${part} ${String(line).padStart(2, '0')}\n`)
      file.close()
    }
    const files = readdirSync(folder).sort().toReversed()
    expect(files).toEqual(['server.log.2', 'server.log.1', 'server.log'])
    for (const name of files) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100)
    const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    expect(lines.at(-1)).toBe('line 1 29')
    expect(lines).toEqual([...lines].sort())
    expect(lines.length).toBeGreaterThan(20)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a log file that cannot be written costs its lines and nothing else', () => {
  const file = new RotatedFile('/nowhere/server.log')
  expect(() => file.write('a line\n')).not.toThrow()
})
