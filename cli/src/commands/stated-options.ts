import { tlpSlip } from '@postern/intel'
import type { StatedAttribute } from '@postern/protocol'

/** @param other what may stand there as well @throws Error that names the option */
export function readInstant(option: string, text: string, other?: string): string {
  const date = new Date(text)
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  const time = 'time such as 2026-01-31T12:00:00Z'
  throw new Error(`${option} ${text} is ${other === undefined ? `no ${time}` : `neither a ${time} nor ${other}`}.`)
}

/** Takes a value out. */
export const none = 'none'

/** @param text undefined where the option was not named @throws Error that names the option */
export function readInstantOrNone(option: string, text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined
  return text === none ? null : readInstant(option, text, none)
}

/** @param text undefined where the option was not named @throws Error that names the option */
export function readNumberOrNone(option: string, text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === none) return null
  const read = Number(text)
  if (text.trim() === '' || !Number.isFinite(read))
    throw new Error(`${option} ${text} is neither a number nor ${none}.`)
  return read
}

/** As `readNumberOrNone`, where `none` makes no sense. */
export function readNumber(option: string, text: string | undefined): number | undefined {
  const read = readNumberOrNone(option, text)
  if (read === null) throw new Error(`${option} ${none} is no number.`)
  return read
}

/** @param text undefined where the option was not named @throws Error that names the option */
export function readYesOrNo(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text !== 'yes' && text !== 'no') throw new Error(`${option} ${text} is neither yes nor no.`)
  return text === 'yes'
}

/** Of an option that may be repeated: `none` alone empties the list. @returns undefined where it was not named */
export function readListOrNone(given: string[]): string[] | undefined {
  if (given.length === 0) return undefined
  return given.length === 1 && given[0] === none ? [] : given
}

/** A property of what is sent, where it was named. */
export function named<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value })
}

/** As `--attribute` has it, without anything that only other ways can say. @throws Error that names the option */
export function readAttribute(text: string): StatedAttribute {
  const [, type, value] = /^([^=]+)=([^]*)$/.exec(text) ?? []
  if (type === undefined || value === undefined)
    throw new Error(`--attribute ${text} is not written as TYPE=VALUE, e.g. Description=Seen in case 17.`)
  return { type: type.trim(), value, source: null, displayed: false, pinned: false }
}

/** As `--label` has it. @throws Error that names the option */
export function readLabel(text: string): string {
  const slip = tlpSlip(text)
  if (slip === undefined) return text
  throw new Error(`--label ${text}: ${slip}`)
}
