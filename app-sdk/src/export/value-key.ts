import type { Value } from './control.ts'

/** What values are sorted by: `type TAB value`, as UTF-8 bytes. Neither holds a control character, so nothing sorts before the tab. */
export function keyOf([type, value]: Value): string {
  return `${type}\t${value}`
}

export function valueOf(key: string): Value {
  const tab = key.indexOf('\t')
  return [key.slice(0, tab), key.slice(tab + 1)]
}
