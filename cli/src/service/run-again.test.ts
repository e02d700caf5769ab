import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { checkoutFolder } from '../commands/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-again-'))
const started: ReturnType<typeof startAgain>[] = []
afterEach(() => {
  for (const parent of started.splice(0)) parent.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process that runs a program again, whose exit code says which signal reached it. */
function startAgain() {
  const program = join(folder, 'program.mjs')
  writeFileSync(
    program,
    `process.on('SIGINT', () => process.exit(41))
     process.on('SIGTERM', () => process.exit(42))
     // Ends by itself when the test is gone.
     setTimeout(() => process.exit(1), 30_000)
     console.log('ready')`,
  )
  const home = { checkout: checkoutFolder, dataFolder: folder, moved: false, user: undefined }
  const runAgain = fileURLToPath(new URL('run-again.ts', import.meta.url))
  const script = `const { runAgain } = await import(${JSON.stringify(runAgain)})
    process.exitCode = await runAgain(${JSON.stringify(home)}, ${JSON.stringify(relative(checkoutFolder, program))}, [])`
  return spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test.each([
  ['SIGINT', 41],
  ['SIGTERM', 42],
] as const)('%s to the process that the person started alone reaches the program', async (signal, code) => {
  const parent = startAgain()
  started.push(parent)
  const ended = once(parent, 'exit')
  await once(createInterface({ input: parent.stdout }), 'line')
  parent.kill(signal)
  expect(await ended).toEqual([code, null])
})
