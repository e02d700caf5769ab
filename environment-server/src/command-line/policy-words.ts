import type { PolicyNarrowing } from '@postern/protocol'
import type { LocalPolicy } from '../policy/local-policy.ts'
import type { Narrowing } from '../policy/policy-journal.ts'

export type ShownPolicy = {
  file: string
  local: LocalPolicy
  narrowings: readonly Narrowing[]
  /** Fingerprints: all that may sign packages, and those of them that a person here trusted. */
  publishers: readonly string[]
  trustedHere: readonly string[]
  commandKeys: readonly { fingerprint: string; isPinned: boolean }[]
  missedCommandKeys: readonly string[]
  refusedPublishers: readonly { fingerprint: string; programName: string }[]
}

const lists = ['publishers', 'apps', 'versions', 'targets', 'directions', 'settings'] as const

/** The policy with the origin of each of its parts, for a person. */
export function wordsOfPolicy(shown: ShownPolicy): string {
  const { file, local, narrowings, publishers, trustedHere, refusedPublishers, commandKeys, missedCommandKeys } = shown
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
    ...publishers.map((each) => `  ${each} ${trustedHere.includes(each) ? '(policy trust)' : '(bundle)'}`),
    'Keys of the hub whose commands are taken:',
    ...commandKeys.map(({ fingerprint, isPinned }) => `  ${fingerprint} (${originOf(fingerprint, isPinned)})`),
    ...(missedCommandKeys.length === 0
      ? []
      : ['Keys of the hub that this server missed; compare with: postern keys. Then: policy trust FINGERPRINT']),
    ...missedCommandKeys.map((each) => `  ${each}`),
    ...(refusedPublishers.length === 0 ? [] : ['Publishers whose packages were refused; policy trust FINGERPRINT:']),
    ...refusedPublishers.map(({ fingerprint, programName }) => `  ${fingerprint} (${programName})`),
  ]
  return `${lines.join('\n')}\n`

  function originOf(fingerprint: string, isPinned: boolean): string {
    if (isPinned) return 'bundle'
    return trustedHere.includes(fingerprint) ? 'policy trust' : 'signed by the one before'
  }
}

function narrowedLines(narrowing: PolicyNarrowing): string[] {
  return lists.filter((name) => narrowing[name] !== undefined).map((name) => listLine(name, narrowing[name]))
}

function listLine(name: string, entries: readonly string[] | undefined): string {
  if (entries === undefined) return `  ${name}: any`
  return `  ${name}: ${entries.join(', ') || 'none'}`
}
