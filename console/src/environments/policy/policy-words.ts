import type { PolicyNarrowing, PolicyNarrowingRequest, ReportedPolicy } from '@postern/protocol'

/** Lists that the hub can narrow, and what they say, for people. */
export const narrowedLists = {
  apps: { label: 'Apps', hint: 'Program names that may run, as name or name@SHA-256 of the package.' },
  versions: { label: 'Versions', hint: 'SHA-256 of packages that may run.' },
  targets: { label: 'Targets', hint: 'Hosts that a command may name: host, host:port or *.suffix.' },
  directions: { label: 'Directions', hint: 'Kinds of apps that may run: feed, export, alerts, action or tcex.' },
  publishers: { label: 'Publishers', hint: 'Key ids of publishers whose packages may run.' },
  settings: { label: 'Settings', hint: 'Settings that the hub may set.' },
} as const
export type NarrowedList = keyof typeof narrowedLists

// The keys of a constant object are of its type.
export const narrowedNames = Object.keys(narrowedLists) as NarrowedList[]

/** Lists of the file that no hub narrows. */
const fileAlone = { 'egress.only': 'Egress, only', 'egress.allow': 'Egress, also' } as const

export interface PolicyRow {
  list: string
  label: string
  /** What the server's own file names. */
  own: string
  /** What is narrowed from the hub, each narrowing by itself: all of them have to allow a thing. */
  narrowed: string[]
}

/** File and narrowings side by side, list by list. */
export function policyRows(local: ReportedPolicy, requests: readonly PolicyNarrowingRequest[]): PolicyRow[] {
  const inForce = requests.filter(({ isInForce }) => isInForce === true)
  return [
    ...narrowedNames.map((list) => ({
      list,
      label: narrowedLists[list].label,
      own: ownWords(local, list),
      narrowed: inForce.flatMap(({ narrowing }) => {
        const names = narrowing[list]
        return names === undefined ? [] : [wordsOf(names)]
      }),
    })),
    ...Object.entries(fileAlone)
      .filter(([list]) => local.lists[list] !== undefined)
      .map(([list, label]) => ({ list, label, own: ownWords(local, list), narrowed: [] })),
  ]
}

function ownWords({ lists }: ReportedPolicy, list: string): string {
  const named = lists[list]
  if (named === undefined) return 'Any'
  const rest = named.count - named.names.length
  return rest > 0 ? `${wordsOf(named.names)} and ${rest} more` : wordsOf(named.names)
}

function wordsOf(names: readonly string[]): string {
  return names.length === 0 ? 'None' : names.join(', ')
}

/** What was asked, in one line. */
export function askedWords(narrowing: PolicyNarrowing): string {
  return narrowedNames
    .flatMap((list) => {
      const names = narrowing[list]
      return names === undefined ? [] : [`${narrowedLists[list].label}: ${wordsOf(names)}`]
    })
    .join('; ')
}

/** What became of it. */
export function stateWords({ state, detail, isInForce }: PolicyNarrowingRequest): string {
  if (state === 'applied') return isInForce === false ? 'Taken back on the server' : 'In force'
  if (state === 'waiting') return 'Waits for the server'
  if (state === 'expired') return 'The server was not heard for a day'
  return `Refused: ${detail}`
}

/** Names as they are typed, one a line; the word none for an empty list. */
export function typedNames(text: string): string[] | undefined {
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (names.length === 0) return undefined
  return names.length === 1 && names[0]?.toLowerCase() === 'none' ? [] : names
}
