import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLocalPath, safeHref } from './safe-href.ts'

test.each(['/', '/executions', '/executions/1?view=log#x'])('%s is a path of this console', (path) => {
  expect(isLocalPath(path)).toBe(true)
  expect(safeHref(path)).toBe(path)
})

test.each([
  '//evil.example.com',
  String.raw`/\evil.example.com`,
  '/\t/evil.example.com',
  '/\n/evil.example.com',
  String.raw`/a\b`,
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'blob:https://example.com/x',
  'http://example.com/',
  'https://user:pass@example.com/',
  'evil.example.com',
  '198.51.100.7',
  '',
])('%j is never a link', (address) => {
  expect(safeHref(address)).toBeUndefined()
  expect(isLocalPath(address)).toBe(false)
})

test('an https address is a link, written as the browser reads it', () => {
  expect(safeHref('https://EXAMPLE.com')).toBe('https://example.com/')
})

test('S13: no source of the console makes a link, an image, markup or code from a value by another way', () => {
  const folder = import.meta.dirname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.tsx?$/.test(name),
  )
  expect(files.length).toBeGreaterThan(50)
  // What begins with # leads nowhere but to a place of the same page.
  const forbidden =
    /\bhref=\{(?!safeHref\(|`#)|\bsrc=\{|srcDoc|dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|new Function|\beval\(|window\.open|location\.(assign|replace)|location\.href\s*=[^=]|<(img|iframe|object|embed)\b/
  const offenders = files.filter((name) => forbidden.test(readFileSync(join(folder, name), 'utf8')))
  expect(offenders).toEqual([])
})
