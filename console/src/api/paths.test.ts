import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths as unencoded } from '@postern/protocol'
import { expect, test } from 'vitest'
import { paths } from './paths.ts'

test('an id from the address of a page stays one part of a path', () => {
  expect(paths.environmentServer('1/../2', 'a?b#c')).toBe('/v1/environments/1%2F..%2F2/servers/a%3Fb%23c')
  expect(paths.collectionStix('3', 12)).toBe(unencoded.collectionStix('3', 12))
  expect(paths.jobs).toBe(unencoded.jobs)
})

test('no source of the console takes the paths of the protocol as they are, or encodes an id by itself', () => {
  const folder = join(import.meta.dirname, '..')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.tsx?$/.test(name),
  )
  expect(files.length).toBeGreaterThan(50)
  const offenders = files.filter((name) => {
    const source = readFileSync(join(folder, name), 'utf8')
    return /import \{[^}]*\bpaths\b[^}]*\} from '@postern\/protocol'|encodeURIComponent\(/.test(source)
  })
  expect(offenders).toEqual([join('api', 'paths.ts')])
})
