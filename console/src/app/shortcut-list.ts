import { pages } from './pages.ts'

/** Every keyboard shortcut, by name: the keys, one after the other, and what they do. The `?` dialog is this list. */
export const shortcutList = {
  help: { keys: ['?'], does: 'Show this list' },
  ...pages,
  theme: { keys: ['t'], does: 'Next theme: light, dark, as the system' },
  log: { keys: ['1'], does: 'Execution: log' },
  ledger: { keys: ['2'], does: 'Execution: ledger' },
  plan: { keys: ['3'], does: 'Execution: plan' },
  receipt: { keys: ['4'], does: 'Execution: receipt' },
  search: { keys: ['/'], does: 'Search: the indicators, or in a log' },
  copy: { keys: ['c'], does: 'Indicators: copy the value of the row, or of the page' },
  follow: { keys: ['f'], does: 'Follow the end of the log, or stop' },
} as const satisfies Record<string, { keys: readonly string[]; does: string }>

export type ShortcutName = keyof typeof shortcutList

/** Milliseconds within which the second key of a shortcut must follow. */
const sequenceMsMax = 1200

export interface KeyPress {
  key: string
  atMs: number
}

/** Whether this key press, after the one before it, completes the shortcut. */
export function completes(name: ShortcutName, press: KeyPress, before: KeyPress | undefined): boolean {
  const keys: readonly string[] = shortcutList[name].keys
  if (keys.at(-1) !== press.key) return false
  if (keys.length === 1) return true
  return before !== undefined && before.key === keys[0] && press.atMs - before.atMs <= sequenceMsMax
}
