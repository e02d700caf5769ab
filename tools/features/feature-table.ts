/** One row of docs/features.md. */
export type FeatureRow = { readonly id: string; readonly state: string; readonly path: string }

export type FeatureDocument = {
  readonly rows: readonly FeatureRow[]
  /** Ids that the document says in words. */
  readonly described: readonly string[]
}

/** Every feature there is, by area: ES-1 to ES-29 and so on. A row cannot be dropped by editing the document alone. */
const areas = { ES: 29, FD: 15, CN: 6, TQ: 1, AED: 8, ESM: 6, LIB: 11, APP: 4 } as const

export const featureIds: readonly string[] = Object.entries(areas).flatMap(([area, count]) =>
  Array.from({ length: count }, (_, index) => `${area}-${index + 1}`),
)

/** Others read this table too, so its header is part of the contract. */
export const tableHeader = '| id | works, partly or missing | path of the proving test |'

export function readFeatureDocument(text: string): FeatureDocument {
  if (!text.includes(`${tableHeader}\n| --- | --- | --- |\n`))
    throw new Error(`The table's header has to be ${tableHeader}`)
  return {
    rows: [...text.matchAll(/^\| ([A-Z]+-[0-9]+) \| ([^|]*) \| ([^|]*) \|$/gm)].map((match) => ({
      id: match[1] ?? '',
      state: match[2] ?? '',
      path: match[3] === '–' ? '' : (match[3] ?? ''),
    })),
    described: [...text.matchAll(/^- \*\*([A-Z]+-[0-9]+)\*\* \S/gm)].map((match) => match[1] ?? ''),
  }
}

/** The feature that a test's title begins with: `ES-4: outbound only` → `ES-4`. */
export function featureOf(title: string): string | undefined {
  const id = /^([A-Z]+)-[0-9]+\b/.exec(title)
  return id !== null && (id[1] ?? '') in areas ? id[0] : undefined
}
