/** Reads character data, or an attribute between either quote, by XML 1.0 (2.2 Char, 3.3.3, 4.1); throws where it is not well formed. */
export function readXmlText(xml: string): string {
  // oxlint-disable-next-line no-control-regex -- what XML 1.0 cannot hold
  if (/[<>"'\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(xml))
    throw new Error('a character that ends the text or may not stand in XML')
  return xml.replace(/&(?:(lt|gt|amp|quot|apos);|#x([0-9A-F]{1,6});)?/g, (all, name?: string, hex?: string) => {
    if (name !== undefined) return names.get(name) ?? ''
    if (hex === undefined) throw new Error(`${all} is no reference`)
    const code = Number.parseInt(hex, 16)
    const isChar =
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      code >= 0x10000
    if (!isChar) throw new Error(`${all} refers to what XML cannot hold`)
    return String.fromCodePoint(code)
  })
}

const names: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])
