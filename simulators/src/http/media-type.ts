/** `type/subtype` in lower case with its parameters. */
export interface MediaType {
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Reads one media type, or nothing when the text is not one. */
export function readMediaType(text: string): MediaType | undefined {
  const [head, ...rest] = text.split(';')
  const type = (head ?? '').trim().toLowerCase()
  if (!/^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/.test(type)) return undefined
  const parameters: Record<string, string> = {}
  for (const part of rest) {
    const [name, value] = part.split('=')
    if (name === undefined || value === undefined) continue
    parameters[name.trim().toLowerCase()] = value.trim().replace(/^"(.*)"$/, '$1')
  }
  return { type, parameters }
}

/** The media ranges of an Accept header, those with `q=0` left out. */
export function readAccept(header: string): MediaType[] {
  return header
    .split(',')
    .map(readMediaType)
    .filter((range) => range !== undefined)
    .filter((range) => Number(range.parameters['q'] ?? 1) > 0)
}
