import type { ReportedSetting, SettingOrigin } from '@postern/protocol'

/** A value for people: of a secret only whether there is one. */
export function valueWords({ secret, isSet, value }: ReportedSetting): string {
  if (secret) return isSet ? 'Set, not shown' : 'Empty'
  return value === null ? 'Empty' : String(value)
}

const origins: Record<SettingOrigin, string> = {
  bundle: 'The bundle or .env',
  'configure.sh': 'configure.sh',
  hub: 'The hub',
  file: 'An edit of settings.json',
  enrolment: 'Enrolment',
  default: 'Default',
}

export function originWords({ origin, value, secret }: ReportedSetting): string {
  return origin === 'default' && (secret || value === null) ? '–' : origins[origin]
}

/** What was typed, as the kind of the setting has it; empty lets the default hold. */
export function typedValue({ kind }: ReportedSetting, text: string): string | number | boolean | null {
  const typed = text.trim()
  if (typed === '') return null
  if (kind === 'switch') return typed === 'true'
  return kind === 'whole-number' && /^[0-9]+$/.test(typed) ? Number(typed) : typed
}

/** What is wrong with it in a few words, or nothing; the server has the last word. */
export function misfit({ kind, smallest, largest }: ReportedSetting, text: string): string | undefined {
  if (kind !== 'whole-number' || text.trim() === '') return undefined
  const number = Number(text)
  const fits = Number.isInteger(number) && number >= (smallest ?? 0) && number <= (largest ?? Number.MAX_SAFE_INTEGER)
  return fits ? undefined : `A whole number from ${smallest} to ${largest}`
}
