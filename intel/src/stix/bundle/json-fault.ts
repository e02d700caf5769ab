/** Why a text is not JSON, as far as the engine tells. `at` counts its UTF-16 units from 0. */
export type JsonFault =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'broken'; readonly at: number }
  | { readonly kind: 'unplaced'; readonly near: string | undefined }

/** Where `JSON.parse`, which threw this error, found the mistake. */
export function jsonFault(text: string, error: unknown): JsonFault {
  const message = error instanceof Error ? error.message : ''
  const stated = / at position (\d+)/.exec(message)?.[1]
  const at = stated === undefined ? undefined : Number(stated)
  if (message.startsWith('Unexpected end') || (at !== undefined && at >= text.length))
    return { kind: 'cut', at: text.length }
  if (at !== undefined) return { kind: 'broken', at }
  return {
    kind: 'unplaced',
    near: /^Unexpected token .+, \.{0,3}"(.*)"\.{0,3} is not valid JSON$/su.exec(message)?.[1],
  }
}

/** The fault in words of people, to follow a colon. Where the text was sent behind others, `shift` counts their UTF-16 units. */
export function sayJsonFault(fault: JsonFault, shift = 0): string {
  if (fault.kind === 'cut') return `it ends too early, at character ${fault.at - shift}`
  if (fault.kind === 'broken') return `it breaks at character ${fault.at - shift + 1}`
  return fault.near === undefined ? 'it breaks somewhere' : `it breaks in “${fault.near}”`
}
