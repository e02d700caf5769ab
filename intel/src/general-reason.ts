/** An id of STIX names one object; its type is what many have in common. */
const stixId = /\b([a-z0-9][a-z0-9-]*)--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi

/** Why something was not taken, without what names the single value or object: many are then counted as one. */
export function generalReason(sentence: string): string {
  return sentence
    .replace(/^.*? is not valid\. /, '')
    .replaceAll(/“[^”]*”/g, '“…”')
    .replaceAll(stixId, '$1')
    .replace(/, by its entry .*$/, '.')
}
