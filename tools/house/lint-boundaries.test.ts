import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkoutFolder } from './checkout.ts'

/** A checkout that holds nothing but the project's lint settings and bad examples. */
const folder = mkdtempSync(join(tmpdir(), 'postern-lint-'))
copyFileSync(join(checkoutFolder, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
afterAll(() => rmSync(folder, { recursive: true }))

const refused: [string, string, string][] = [
  ['protocol/src/a.ts', "import { a } from '@postern/intel'", 'no-restricted-imports'],
  ['intel/src/a.ts', "import { a } from '@postern/hub'", 'no-restricted-imports'],
  ['app-sdk/src/a.ts', "import { a } from '@postern/hub'", 'no-restricted-imports'],
  ['app-sdk/src/b.ts', "import * as a from 'zod'", 'no-restricted-imports'],
  ['apps/csv-feed/a.ts', "import { a } from '@postern/protocol'", 'no-restricted-imports'],
  ['hub/src/a.ts', "import { a } from '@postern/environment-server'", 'no-restricted-imports'],
  ['hub/src/b.ts', "import { a } from '@postern/protocol/src/limits.ts'", 'no-restricted-imports'],
  ['console/src/a.ts', "import { a } from '@postern/hub'", 'no-restricted-imports'],
  ['environment-server/src/a.ts', "import { a } from '@postern/app-sdk'", 'no-restricted-imports'],
  ['simulators/src/a.ts', "import { a } from '@postern/hub'", 'no-restricted-imports'],
  ['hub/src/c.ts', 'const a = process.env', 'no-process-env'],
  ['hub/src/d.ts', 'const a = 1\nconsole.log(a)', 'no-console'],
  ['hub/src/e.ts', 'const a = 1\nexport default a', 'no-default-export'],
]

const allowed: [string, string][] = [
  ['hub/src/f.ts', "import { a } from '@postern/protocol'"],
  ['hub/src/f.test.ts', "import { a } from '@postern/simulators'"],
  ['apps/csv-feed/b.ts', "import { a } from '@postern/app-sdk'"],
  ['cli/src/a.ts', "import { a } from '@postern/hub'"],
  ['hub/src/config.ts', 'const a = process.env'],
]

const findings = lint([...refused, ...allowed])

test.each(refused)('canary: lint refuses %s: %s', (path, _line, rule) => {
  expect(findings).toContainEqual(expect.stringMatching(`^${path}:.*${rule}`))
})

test.each(allowed)('lint allows %s: %s', (path) => {
  expect(findings.filter((finding) => finding.startsWith(`${path}:`))).toEqual([])
})

function lint(files: [path: string, line: string, ...rest: string[]][]): string[] {
  for (const [path, line] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), line.includes('export') ? `${line}\n` : `${line}\nexport const all = [a]\n`)
  }
  const oxlint = join(checkoutFolder, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format=unix', '.'], { cwd: folder, encoding: 'utf8' })
  return stdout.split('\n')
}
