import type { ReceiptDay } from '@postern/protocol'

const dayMs = 86_400_000

/** Midnight of UTC before the first of so many days, the last of which is today. */
export function firstDayOf(now: Date, days: number): Date {
  return new Date(Math.floor(now.getTime() / dayMs) * dayMs - (days - 1) * dayMs)
}

/** Every day from the first on, with zeros where nothing was counted. */
export function everyDay(counted: readonly ReceiptDay[], first: Date, days: number): ReceiptDay[] {
  const byDay = new Map(counted.map((each) => [each.day, each]))
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(first.getTime() + index * dayMs).toISOString().slice(0, 10)
    return byDay.get(day) ?? { day, inSync: 0, drift: 0, unverifiable: 0, pending: 0 }
  })
}
