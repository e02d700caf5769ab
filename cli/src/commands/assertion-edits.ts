import type { StatedAssertion, WriteAssertion } from '@postern/protocol'
import { readAttribute, readInstant, readLabel } from './stated-options.ts'

/** What `postern indicators set` is told to change; what is not named stays. */
export type AssertionEdits = {
  rating?: string
  confidence?: string
  status?: string
  active?: string
  firstSeen?: string
  lastSeen?: string
  expires?: string
  tag: string[]
  untag: string[]
  label: string[]
  unlabel: string[]
  attribute: string[]
}

/** Takes a value out. */
const none = 'none'

/** Reads the options once, before anything is changed. @throws Error that names the option */
export function editsOf(options: AssertionEdits): (before: StatedAssertion) => WriteAssertion {
  const { tag, untag, unlabel } = options
  const label = options.label.map(readLabel)
  const values = {
    ...named('rating', number('--rating', options.rating)),
    ...named('confidence', number('--confidence', options.confidence)),
    ...named('status', options.status),
    ...named('active', yesOrNo(options.active)),
    ...named('firstSeen', instant('--first-seen', options.firstSeen)),
    ...named('lastSeen', instant('--last-seen', options.lastSeen)),
    ...named('expiresAt', instant('--expires', options.expires)),
  }
  const attributes = options.attribute.map(readAttribute)
  const changesLists = [tag, untag, label, unlabel, attributes].some((list) => list.length > 0)
  if (Object.keys(values).length === 0 && !changesLists)
    throw new Error('Say what to change: --rating, --confidence, --tag … are listed by --help.')
  const types = new Set(attributes.map(({ type }) => type))
  return (before) => ({
    ...before,
    // The hub knows which statuses there are.
    ...(values as Partial<WriteAssertion>),
    tags: edited(before.tags, tag, untag),
    securityLabels: edited(before.securityLabels, label, unlabel),
    attributes: [
      ...before.attributes.filter(({ type }) => !types.has(type)),
      ...attributes.filter(({ value }) => value !== ''),
    ],
  })
}

function named<Value>(name: string, value: Value | undefined): Record<string, Value> {
  return value === undefined ? {} : { [name]: value }
}

function number(option: string, text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === none) return null
  const read = Number(text)
  if (text.trim() === '' || !Number.isFinite(read))
    throw new Error(`${option} ${text} is neither a number nor ${none}.`)
  return read
}

function instant(option: string, text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined
  return text === none ? null : readInstant(option, text, none)
}

function yesOrNo(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text !== 'yes' && text !== 'no') throw new Error(`--active ${text} is neither yes nor no.`)
  return text === 'yes'
}

function edited(before: readonly string[], added: readonly string[], gone: readonly string[]): string[] {
  return [...new Set([...before, ...added])].filter((name) => !gone.includes(name))
}
