import type { SightingAnalysis } from '@postern/protocol'

export interface DayColumn {
  from: string
  until: string
  sightings: number
  values: number
}

const dayMs = 86_400_000

/** Every day of the period, those without sightings too; more days than columns fit are added up, several to a column. */
export function dayColumns(
  days: SightingAnalysis['days'],
  { from, to }: { from: string; to: string },
  columnsMax: number,
): DayColumn[] {
  const known = new Map(days.map((day) => [day.day, day]))
  const all: DayColumn[] = []
  for (let at = Date.parse(from); at < Date.parse(to); at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10)
    const found = known.get(day)
    all.push({ from: day, until: day, sightings: found?.sightings ?? 0, values: found?.values ?? 0 })
  }
  const each = Math.max(1, Math.ceil(all.length / Math.max(1, columnsMax)))
  const columns: DayColumn[] = []
  // From the newest backwards, so that the last column is whole and ends today.
  for (let end = all.length; end > 0; end -= each) {
    const group = all.slice(Math.max(0, end - each), end)
    columns.unshift({
      from: group[0]?.from ?? '',
      until: group.at(-1)?.until ?? '',
      sightings: group.reduce((sum, { sightings }) => sum + sightings, 0),
      // A value may be sighted on several of the days, so that their sum would count it twice. The largest day is a lower bound.
      values: Math.max(...group.map(({ values }) => values)),
    })
  }
  return columns
}
