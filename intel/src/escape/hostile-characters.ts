/**
 * Characters that act instead of being shown: C0, DEL, C1, line and paragraph separators, bidi controls, characters without
 * width that hide text or make two texts look alike, tag characters (U+E0000…), and surrogates without their partner.
 * Zero-width joiner and non-joiner are left alone: several scripts and emoji need them.
 */
export const actingCharacters =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu

/** `\n`, `\x1b`, `\u202e`, `\u{e0041}`: visible, and the same as a programmer would write it. */
export function visibleEscape(character: string): string {
  const known = shortEscapes.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
