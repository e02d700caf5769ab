import type { LeftOut } from '@postern/protocol'
import { formatCount } from '../format/quantities.ts'
import { leftOutWords } from '../readers/list-words.ts'

/** How many of so many readers are given, and why not the others; empty where none is kept from all of them. */
export function givenWords(count: number, leftOut: LeftOut): string {
  const why = leftOutWords({ leftOut })
  if (why === '') return ''
  const given = Object.values(leftOut).reduce((rest, each) => rest - each, count)
  return `${formatCount(given)}, as far as their TLP permits. ${why}.`
}
