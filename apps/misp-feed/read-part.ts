import * as z from '@postern/app-sdk/zod'

/** A part of an event that is not what MISP writes. What stands beside it is read all the same. */
export interface UnreadPart {
  /** `attribute`, `tag`, `event field "date"`. */
  readonly part: string
  readonly reason: string
  readonly example: string
  /** Whether it may have held a value, so that what it held must not be taken for gone. */
  readonly heldValues: boolean
}

export type NoteUnread = (unread: UnreadPart) => void

/** What a part is called, and the fields without which it is none. */
export interface PartKind {
  readonly part: string
  readonly needs: readonly string[]
  readonly heldValues: boolean
}

/** Reads one part. A field that it could do without is left out when it is wrong; both are told to `note`. */
export function readPart<Schema extends z.ZodMiniType>(
  schema: Schema,
  raw: unknown,
  { part, needs, heldValues }: PartKind,
  note: NoteUnread,
): z.infer<Schema> | undefined {
  const whole = schema.safeParse(raw)
  if (whole.success) return whole.data
  const example = exampleOf(raw)
  const wrong = new Map(whole.error.issues.map(({ path, message }) => [String(path[0] ?? ''), message]))
  if (!isRecord(raw) || needs.some((name) => wrong.has(name))) {
    note({ part, reason: reasonOf(wrong, needs), example, heldValues })
    return undefined
  }
  const rest = schema.safeParse(Object.fromEntries(Object.entries(raw).filter(([name]) => !wrong.has(name))))
  for (const [name, message] of wrong)
    note({ part: `${part} field "${name}"`, reason: message, example, heldValues: false })
  return rest.data
}

/** Reads a list, each of its parts by itself: one at a time, for a list may hold millions that are wrong. */
export function readParts<Part>(
  raw: unknown,
  { part, heldValues }: PartKind,
  note: NoteUnread,
  read: (raw: unknown) => Part | undefined,
): Part[] {
  if (raw === undefined || raw === null) return []
  if (!Array.isArray(raw)) {
    note({ part: `${part} list`, reason: 'it is no list', example: exampleOf(raw), heldValues })
    return []
  }
  const parts: Part[] = []
  for (const item of raw) {
    const one = read(item)
    if (one !== undefined) parts.push(one)
  }
  return parts
}

export function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}

function reasonOf(wrong: ReadonlyMap<string, string>, needs: readonly string[]): string {
  const name = needs.find((each) => wrong.has(each))
  return name === undefined ? 'it is no object' : `${name}: ${wrong.get(name)}`
}

function exampleOf(raw: unknown): string {
  if (isRecord(raw) && typeof raw['uuid'] === 'string') return raw['uuid']
  return typeof raw === 'string' ? raw.slice(0, 100) : Array.isArray(raw) ? 'a list' : typeof raw
}
