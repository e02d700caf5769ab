import { spawnSync } from 'node:child_process'
import { release } from 'node:os'
import { expect, test } from 'vitest'
import { runLimited } from './run-and-report.ts'

const request = { processesMax: 16, diskBytesMax: 1024 * 1024, needsProxyPort: false }

/** What one command that is run so writes: to standard output, and the shell itself to file descriptor 3. */
function run(shell: string[], before: string, ...command: string[]) {
  const [program = '', ...options] = [...shell, '-c', `${before}${runLimited(request)}`, 'app', ...command]
  const { status, stdout, output } = spawnSync(program, options, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  return { status, stdout, report: output[3] ?? '' }
}

// /bin/sh is dash on some systems and bash on others, and they name the limit of tasks differently.
const shells = [['/bin/sh'], ['bash', '--posix']].filter(
  ([program = '']) => spawnSync(program, ['-c', ':']).status === 0,
)
const [major = 0, minor = 0] = release().split('.').map(Number)
const countsByNamespace = major > 5 || (major === 5 && minor >= 14)

test.each(shells)('S2: an app started by %s has its limits, and cannot lift them', (...shell) => {
  const { status, stdout, report } = run(shell, '', 'cat', '/proc/self/limits')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Max core file size +0 +0 /m)
  expect(stdout).toMatch(/^Max file size +1048576 +1048576 /m)
  if (countsByNamespace) expect(stdout).toMatch(/^Max processes +320 +320 /m)
  expect(report).toMatch(/^\d+m\d+\.\d+s \d+m\d+\.\d+s$/m)
})

test.each(shells)('S2: an app whose limits %s cannot set does not start', (...shell) => {
  // In place of a kernel that refuses: it would refuse root nothing, and tests may run as root.
  const { status, stdout } = run(shell, 'ulimit() { return 1; }; ', 'echo', 'started')
  expect({ status, stdout }).toEqual({ status: 126, stdout: '' })
})
