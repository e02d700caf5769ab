/**
 * Text for an XML 1.0 element or a quoted attribute. Tabs and line ends become character references, since a reader would
 * turn them into blanks in attributes; so do C1 and U+2028/2029. What XML 1.0 cannot hold in any spelling (other C0, U+FFFE, U+FFFF, unpaired
 * surrogates) becomes U+FFFD.
 */
export function escapeXml(text: string): string {
  return mustEscape.test(text) ? text.replace(mustEscapeAll, reference) : text
}

function reference(character: string): string {
  const named = references.get(character)
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  const isForbidden = code < 0x20 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
  return isForbidden ? '\ufffd' : `&#x${code.toString(16).toUpperCase()};`
}

const references: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['\t', '&#x9;'],
  ['\n', '&#xA;'],
  ['\r', '&#xD;'],
])
/* oxlint-disable no-control-regex, no-misleading-character-class -- these characters are what is looked for */
const mustEscape = /[&<>"'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff\p{Surrogate}]/u
const mustEscapeAll = /[&<>"'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff\p{Surrogate}]/gu
