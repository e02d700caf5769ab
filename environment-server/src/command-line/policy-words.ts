import type { PolicyNarrowing, RotatedPurpose } from '@postern/protocol'
import type { LocalPolicy } from '../policy/local-policy.ts'
import type { Narrowing } from '../policy/policy-journal.ts'

export type ShownKey = { fingerprint: string; origin: string }

export type ShownPolicy = {
  file: string
  local: LocalPolicy
  narrowings: readonly Narrowing[]
  /** That count now. */
  keys: Readonly<Record<RotatedPurpose, readonly ShownKey[]>>
  missedKeys: readonly { purpose: RotatedPurpose; fingerprint: string }[]
  revokedKeys: readonly { keyId: string; revokedAt: string }[]
  refusedPublishers: readonly { fingerprint: string; programName: string }[]
}

const lists = ['publishers', 'apps', 'versions', 'targets', 'directions', 'settings'] as const

/** The policy with the origin of each of its parts, for a person. */
export function wordsOfPolicy(shown: ShownPolicy): string {
  const { file, local, narrowings, keys, missedKeys, revokedKeys, refusedPublishers } = shown
  const lines = [
    `From ${file}; each part below narrows it further:`,
    ...lists.map((name) => listLine(name, local[name] ?? (name === 'settings' ? [] : undefined))),
    `  allowUnconfined: ${local.allowUnconfined}`,
    `  diskMegabytesMax: ${local.diskMegabytesMax}`,
    listLine('egress.only', local.egress.only),
    listLine('egress.allow', local.egress.allow),
    ...narrowings.flatMap(({ takenAt, commandId, narrowing }) => [
      `From the hub, ${takenAt}, command ${commandId}:`,
      ...narrowedLines(narrowing),
    ]),
    'Publishers whose packages are trusted:',
    ...keys.publisher.map(keyLine),
    'Keys of the hub whose commands are taken:',
    ...keys.command.map(keyLine),
    'Keys of the hub whose server files are taken:',
    ...keys.release.map(keyLine),
    ...(missedKeys.length === 0
      ? []
      : ['Keys of the hub that this server missed; compare with: postern keys. Then: policy trust FINGERPRINT']),
    ...missedKeys.map(({ fingerprint, purpose }) => `  ${fingerprint} (${purpose})`),
    ...(revokedKeys.length === 0 ? [] : ['Keys that were revoked, by their beginning:']),
    ...revokedKeys.map(({ keyId, revokedAt }) => `  ${keyId} (${revokedAt})`),
    ...(refusedPublishers.length === 0 ? [] : ['Publishers whose packages were refused; policy trust FINGERPRINT:']),
    ...refusedPublishers.map(({ fingerprint, programName }) => `  ${fingerprint} (${programName})`),
  ]
  return `${lines.join('\n')}\n`
}

function keyLine({ fingerprint, origin }: ShownKey): string {
  return `  ${fingerprint} (${origin})`
}

function narrowedLines(narrowing: PolicyNarrowing): string[] {
  return lists.filter((name) => narrowing[name] !== undefined).map((name) => listLine(name, narrowing[name]))
}

function listLine(name: string, entries: readonly string[] | undefined): string {
  if (entries === undefined) return `  ${name}: any`
  return `  ${name}: ${entries.join(', ') || 'none'}`
}
