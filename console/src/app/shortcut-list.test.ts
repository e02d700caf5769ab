import { expect, test } from 'vitest'
import { completes, shortcutList } from './shortcut-list.ts'

test('a single key completes its shortcut', () => {
  expect(completes('theme', { key: 't', atMs: 0 }, undefined)).toBe(true)
  expect(completes('theme', { key: 'x', atMs: 0 }, undefined)).toBe(false)
})

test('of two keys the second must follow the first soon', () => {
  expect(completes('executions', { key: 'e', atMs: 500 }, { key: 'g', atMs: 0 })).toBe(true)
  expect(completes('executions', { key: 'e', atMs: 5000 }, { key: 'g', atMs: 0 })).toBe(false)
  expect(completes('executions', { key: 'e', atMs: 500 }, { key: 'x', atMs: 0 })).toBe(false)
  expect(completes('executions', { key: 'e', atMs: 500 }, undefined)).toBe(false)
})

test('no two shortcuts have the same keys', () => {
  const keys = Object.values(shortcutList).map((shortcut) => shortcut.keys.join(' '))
  expect(new Set(keys).size).toBe(keys.length)
})
