import { expect, test } from 'vitest'
import { readInstant } from './read-common-fields.ts'

test('an instant that needs no calendar is read as the calendar reads it, and one that does not exist is refused', () => {
  for (const day of ['01-01', '02-28', '02-29', '02-30', '04-31', '12-31', '13-01', '00-10', '10-00']) {
    for (const year of ['0000', '0001', '1999', '2024', '2026']) {
      for (const time of ['00:00:00', '23:59:59', '24:00:00', '12:60:00', '12:00:60']) {
        // The offset keeps it from the quick way and changes nothing.
        const [quick, slow] = ['Z', '+00:00'].map((zone) => readOrRefuse(`${year}-${day}T${time}${zone}`))
        expect(quick, `${year}-${day}T${time}`).toBe(slow)
      }
    }
  }
  expect(readOrRefuse('2026-01-31T12:00:00Z')).toBe('2026-01-31T12:00:00.000Z')
  expect(readOrRefuse('2026-01-28T12:00:00Z')).toBe('2026-01-28T12:00:00.000Z')
})

function readOrRefuse(text: string): string | null {
  try {
    return readInstant(text, 'firstSeen')
  } catch {
    return 'refused'
  }
}
