/** The searches that are timed, each with as many variants as make every asking another one for the caches. */
export type Search = { name: string; queries: readonly string[] }

const variants = 40

/** Of a library as fill-library.ts fills it. */
export function searches(indicatorCount: number): Search[] {
  const spread = (number: number) => 4 * (1 + Math.floor(((number + 1) * (indicatorCount / 4 - 2)) / variants))
  const each = (query: (number: number) => string) => Array.from({ length: variants }, (_, number) => query(number))
  return [
    { name: 'by value', queries: each((number) => `summary = "h${spread(number)}.example.com"`) },
    { name: 'by tag and rating', queries: each((number) => `hasTag(name = "family-${number}") and rating >= 3`) },
    {
      name: 'by owner and date',
      queries: each(
        (number) =>
          `ownerName = "Filler 3" and dateAdded > "NOW() - ${Math.round((5_000_000 - spread(number)) / 60)} MINUTES"`,
      ),
    },
    { name: 'by a part of the value', queries: each((number) => `summary contains "h${spread(number)}."`) },
  ]
}

export const rowsAPage = 100
