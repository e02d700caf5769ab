import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const checkout = join(import.meta.dirname, '../..')

// Its bundler takes what has wrong types as it takes anything else, and the tests of other packages do not load it. By one thread, which
// works half as much as four that share it.
test('the console has no error of types', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(checkout, 'node_modules/typescript/bin/tsc'),
      '-p',
      'console/tsconfig.json',
      '--singleThreaded',
      '--pretty',
      'false',
    ],
    { cwd: checkout, encoding: 'utf8' },
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
})
