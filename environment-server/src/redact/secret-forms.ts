/** Shortest secret that is looked for: shorter ones would blank out ordinary text and be guessed anyway. */
export const secretCharactersMin = 4

/**
 * The ways one secret shows up in a log: as it is, escaped as JSON, in a URL, in base64 at each of the three alignments (as in
 * `Authorization: Basic`, where it stands behind a user name), in hexadecimal. A secret of several lines is also looked
 * for line by line, since logs are lines.
 */
export function secretForms(secret: string): string[] {
  const forms = new Set<string>()
  for (const part of [secret, ...linesOf(secret)]) {
    if (part.length < secretCharactersMin) continue
    forms.add(part)
    forms.add(JSON.stringify(part).slice(1, -1))
    addUrlForms(part, forms)
    addBase64Forms(part, forms)
    forms.add(Buffer.from(part).toString('hex'))
    forms.add(Buffer.from(part).toString('hex').toUpperCase())
  }
  return [...forms].filter((form) => form.length >= secretCharactersMin)
}

function linesOf(secret: string): string[] {
  // Short lines of a key or certificate, such as its last, are no secret and would match everywhere.
  return secret.includes('\n') ? secret.split(/\r?\n/).filter((line) => line.trim().length >= 8) : []
}

function addUrlForms(part: string, forms: Set<string>): void {
  // encodeURIComponent throws on unpaired surrogates, which a URL cannot carry.
  const encoded = encodeURIComponent(part.toWellFormed())
  // RFC 3986 also reserves what encodeURIComponent leaves alone.
  const strict = encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  for (const form of [encoded, strict, encoded.replaceAll('%20', '+'), strict.replaceAll('%20', '+')]) {
    forms.add(form)
    forms.add(form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))
  }
}

function addBase64Forms(part: string, forms: Set<string>): void {
  const bytes = Buffer.from(part)
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // Only those characters that the secret alone decides: the first and last may hold bits of their neighbours.
    const first = before === 0 ? 0 : before + 1
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const own = encoded.slice(first, last)
    if (own.length < secretCharactersMin) continue
    forms.add(own)
    forms.add(own.replaceAll('+', '-').replaceAll('/', '_'))
  }
}
