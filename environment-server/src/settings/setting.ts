/** What a setting may be. Bounds are inclusive. */
export type SettingKind =
  | { is: 'text'; charactersMax: number }
  | { is: 'whole-number'; smallest: number; largest: number }
  | { is: 'switch' }
  | { is: 'choice'; of: readonly string[] }
  /** Host name or address, without a port. */
  | { is: 'host' }
  | { is: 'https-url' }
  /** Absolute, of a file or a folder. */
  | { is: 'path' }
  /** Name of a local user, as useradd(8) takes it. */
  | { is: 'user' }
  | { is: 'mail-addresses'; most: number }
  /** As the hub names things: at most 64 letters, digits, spaces, _ and -, not beginning with one of the last three. */
  | { is: 'name' }
  | { is: 'server-xid' }

export type SettingValue = string | number | boolean

/** One line of the menu, of `settings.json`, of the console's page and of the document (D31). */
export type Setting = {
  /** In the menu of configure.sh; 1 to 22 are the guide's. */
  number: number
  name: string
  kind: SettingKind
  /** In force while the setting is empty. Absent: none, or found out on the machine, which `help` then says. */
  default?: SettingValue
  /** Nothing works without it; it comes with the bundle. */
  required?: true
  /** Lies in the keychain, and is shown as set or empty. */
  secret?: true
  /** Never changed by hand: another value would be another server. */
  readOnly?: true
  /** Whether a hub may set it where the local policy's `settings` names it too. */
  hubMaySet?: true
  /** For whoever chooses a value: what it does and what suits. */
  help: string
  /** What this machine is looked at for when it is set (requirements/settings-on-machine.ts); for the document. */
  lookedAt?: string
  /** Beginning of the title of the test of its effect. Absent: it has none yet. */
  provedBy?: string
}
