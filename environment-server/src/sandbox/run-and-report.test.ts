import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { release } from 'node:os'
import type { Duplex, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { letBegin } from './let-begin.ts'
import { runLimited } from './run-and-report.ts'

const request = { processesMax: 16, diskBytesMax: 1024 * 1024, needsProxyPort: false }

/**
 * What one command that is run so writes: to standard output, and the shell itself to file descriptor 3.
 * @param server what it does once the shell is there; the shell goes on when that has settled
 */
async function run(
  shell: string[],
  before: string,
  command: string[],
  server: (child: ChildProcess) => Promise<void> | void = letBegin,
) {
  const [program = '', ...options] = [...shell, '-c', `read -r go; ${before}${runLimited(request)}`, 'app', ...command]
  const child = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
  const [stdin, stdout, , report] = child.stdio as unknown as [Writable, Readable, null, Duplex]
  const said = Promise.all([text(stdout), text(report).catch(() => '')])
  const closed = once(child, 'close') as Promise<[number | null]>
  await server(child)
  stdin.end('\n')
  const [[output, reported], [status]] = await Promise.all([said, closed])
  return { status, stdout: output, report: reported }
}

/** As when its process ends. */
async function endServer({ stdio }: ChildProcess): Promise<void> {
  const report = stdio[3] as Duplex
  const closed = new Promise((resolve) => report.once('close', resolve))
  report.destroy()
  await closed
}

// /bin/sh is dash on some systems and bash on others, and they name the limit of tasks differently.
const shells = [['/bin/sh'], ['bash', '--posix']].filter(
  ([program = '']) => spawnSync(program, ['-c', ':']).status === 0,
)
const [major = 0, minor = 0] = release().split('.').map(Number)
const countsByNamespace = major > 5 || (major === 5 && minor >= 14)

test.each(shells)('S2: an app started by %s has its limits, and cannot lift them', async (...shell) => {
  const { status, stdout, report } = await run(shell, '', ['cat', '/proc/self/limits'])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Max core file size +0 +0 /m)
  expect(stdout).toMatch(/^Max file size +1048576 +1048576 /m)
  if (countsByNamespace) expect(stdout).toMatch(/^Max processes +320 +320 /m)
  expect(report).toMatch(/^\d+m\d+\.\d+s \d+m\d+\.\d+s$/m)
})

test.each(shells)('S2: an app whose limits %s cannot set does not start', async (...shell) => {
  // In place of a kernel that refuses: it would refuse root nothing, and tests may run as root.
  const { status, stdout } = await run(shell, 'ulimit() { return 1; }; ', ['echo', 'started'])
  expect({ status, stdout }).toEqual({ status: 126, stdout: '' })
})

test.each(shells)('D10: %s starts no app whose server ended before it let it begin, or since', async (...shell) => {
  const never = await run(shell, '', ['echo', 'started'], endServer)
  const since = await run(shell, '', ['echo', 'started'], async (child) => {
    letBegin(child)
    await endServer(child)
  })
  expect([never.stdout, since.stdout]).toEqual(['', ''])
  for (const { status } of [never, since]) expect(status).not.toBe(0)
})
