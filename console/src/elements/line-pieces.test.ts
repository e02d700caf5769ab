import { expect, test } from 'vitest'
import { linePieces, nearestPoint } from './line-pieces.ts'

const place = { x: (ms: number) => ms, y: (value: number) => 100 - value }

test('ES-14: a plot breaks where nothing was heard, and a point alone is still seen', () => {
  const points = [
    { ms: 0, value: 10 },
    { ms: 10, value: 20 },
    { ms: 100, value: 30 },
  ]
  const { line, area, highest } = linePieces(points, 25, place, 100)
  expect(line).toBe('M0,90L10,80M100,70L100,70')
  expect(area).toBe('M0,90L10,80L10,100L0,100Z')
  expect(highest).toBe('')
})

test('the highest of a step is drawn where it is above the average', () => {
  const points = [
    { ms: 0, value: 10, highest: 40 },
    { ms: 10, value: 20 },
  ]
  expect(linePieces(points, 25, place, 100).highest).toBe('M0,60L10,80')
  expect(linePieces([], 25, place, 100)).toEqual({ line: '', area: '', highest: '' })
})

test('a pointer means the nearest point, and none where nothing was heard', () => {
  const points = [
    { ms: 0, value: 1 },
    { ms: 10, value: 2 },
  ]
  expect(nearestPoint(points, 6, 25)?.value).toBe(2)
  expect(nearestPoint(points, 60, 25)).toBe(undefined)
  expect(nearestPoint([], 0, 25)).toBe(undefined)
})
