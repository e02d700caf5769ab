/**
 * Reads «defanged» spellings, which reports use so that nobody clicks by accident: `hxxp`, `[.]`, `(dot)`, `[:]`, `[@]`, `{at}`, `[://]`.
 * None of these marks can stand in a canonical host, address or scheme, so reading twice changes nothing more.
 */
export function refang(text: string): string {
  if (!mayBeDefanged.test(text)) return text
  return text
    .replace(dotMark, '.')
    .replace(atMark, '@')
    .replace(colonMark, ':')
    .replace(slashMark, '/')
    .replace(halfDotMark, '.')
}

/** Reads a URL's defanged scheme and separator: `hxxps[://]` and the like become `https://`. */
export function refangScheme(text: string): string {
  const start = urlStart.exec(text)
  if (!start) return text
  const [all, scheme = ''] = start
  return `${plainScheme(scheme)}://${text.slice(all.length)}`
}

/** `evil[.]com/a[.]b`: whether the text holds a mark that stands for a dot, a colon or an at sign. */
export function isDefanged(text: string): boolean {
  return mayBeDefanged.test(text) && refang(text) !== text
}

function plainScheme(scheme: string): string {
  const lower = scheme.toLowerCase()
  const http = /^h(?:xx|\*\*|xt|tx|\?\?)p(s?)$/.exec(lower)
  if (http) return `http${http[1] ?? ''}`
  const ftp = /^f(?:x|\*)p(s?)$/.exec(lower)
  if (ftp) return `ftp${ftp[1] ?? ''}`
  return lower
}

const mayBeDefanged = /[[\](){}\\]/
const dotMark = / {0,2}(?:[[({] {0,2}(?:\.|dot) {0,2}[\])}]|\\\.) {0,2}/gi
const atMark = / {0,2}[[({] {0,2}(?:@|at) {0,2}[\])}] {0,2}/gi
const colonMark = /[[({]:[\])}]/g
const slashMark = /[[({]\/[\])}]/g
const halfDotMark = /[[({]\.|\.[\])}]/g
const urlStart = /^([a-z*?][a-z0-9*?+.-]{0,31}) {0,2}(?::\/\/|[[({]:\/\/[\])}]|[[({]:[\])}]\/\/|:[[({]\/\/[\])}])/i
