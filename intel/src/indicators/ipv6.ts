import { formatIpv4, readIpv4 } from './ipv4.ts'
import { quoted, refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'

export interface Ipv6 {
  readonly ok: true
  /** Eight numbers from 0 to 65,535. */
  readonly groups: readonly number[]
}

/** Reads the three text forms of RFC 4291, 2.2: full, with `::`, and with four decimals at the end. No zone, no brackets. */
export function readIpv6(text: string): Ipv6 | Refusal {
  const lastColon = text.lastIndexOf(':')
  let hexText = text
  let tail: number[] = []
  if (text.includes('.')) {
    const ipv4 = readIpv4(text.slice(lastColon + 1))
    if (!ipv4.ok) return refuse(ipv4.reason, `The IPv4 part of ${quoted(text)}: ${ipv4.message}`)
    tail = [ipv4.number >>> 16, ipv4.number & 0xffff]
    hexText = text.slice(0, lastColon + 1)
    // The colon in front of the decimals separates; it is part of «::» only where another stands before it.
    if (!hexText.endsWith('::')) hexText = hexText.slice(0, -1)
  }
  const halves = hexText.split('::', 3)
  const head = readGroups(halves[0] ?? '')
  const rest = readGroups(halves[1] ?? '')
  if (!head || !rest || halves.length > 2) return notIpv6(text)
  const after = [...rest, ...tail]
  const missing = 8 - head.length - after.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return notIpv6(text)
  return { ok: true, groups: [...head, ...Array<number>(missing).fill(0), ...after] }
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`, mapped IPv4 in decimals. */
export function formatIpv6(groups: readonly number[]): string {
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    const [high = 0, low = 0] = groups.slice(6)
    return `::ffff:${formatIpv4(high * 0x10000 + low)}`
  }
  const run = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (run.length < 2) return hex.join(':')
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let length = 0
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > longest.length) longest = { start: index - length + 1, length }
  }
  return longest
}

function readGroups(text: string): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':', groupsMax)
  if (!groups.every((group) => hexGroup.test(group))) return undefined
  return groups.map((group) => Number.parseInt(group, 16))
}

function notIpv6(text: string): Refusal {
  return refuse(
    'address-form',
    `${quoted(text)} is not an IPv6 address; eight groups of up to four hexadecimal digits are, with one :: for zeros.`,
  )
}

const hexGroup = /^[0-9a-f]{1,4}$/i
const groupsMax = 9
