import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Without a hub: what needs none must not ask for one. */
async function complete(...words: string[]): Promise<string[]> {
  const env = { ...process.env, POSTERN_DATA_DIR: '/nonexistent', POSTERN_URL: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'tql', 'complete', ...words], { env })
  return stdout.split('\n').slice(0, -1)
}

test('LIB-3: the command line says what may come next in a query', async () => {
  const [values, places, operators] = await Promise.all([
    complete('typeName = "Ho'),
    complete('ratin > 3', '--at', '5', '--json'),
    complete('eventDate ', '--object', 'group'),
  ])
  expect(values).toEqual(['"Host"'])
  expect(JSON.parse(places[0] ?? '')).toMatchObject({ from: 0, to: 5, text: 'rating', kind: 'keyword' })
  expect(operators).toContain('>=')
})
