import { parseTlp } from '@postern/app-sdk'
import type { Attribute, GroupItem, GroupType } from '@postern/app-sdk'
import type { MispEvent } from './misp-event.ts'

/** What the tags of an event or attribute become. */
export interface MappedTags {
  /** Bare words (FD-7). */
  readonly tags: readonly string[]
  /** Machine tags as they were written, for their value alone is a tag. */
  readonly attributes: readonly Attribute[]
  /** `TLP:AMBER` and such. */
  readonly securityLabels: readonly string[]
  /** Threat actors, malware, techniques of the galaxies. */
  readonly groups: readonly GroupItem[]
  readonly unmapped: readonly { readonly tag: string; readonly reason: string }[]
}

type Galaxies = MispEvent['Galaxy']

/**
 * Maps tags: `tlp:*` to security labels; `misp-galaxy:TYPE="NAME"` to a group where the galaxy is of a kind that groups know;
 * of every other machine tag the value is a tag and the whole an attribute; bare words are tags.
 * @param names words that a tag must not be: those of owner and app, which every value carries anyway.
 */
export function mapTags(
  tags: readonly { readonly name: string }[],
  galaxies: Galaxies,
  names: ReadonlySet<string>,
): MappedTags {
  const mapped = {
    tags: new Set<string>(),
    attributes: [] as Attribute[],
    securityLabels: new Set<string>(),
    groups: [] as GroupItem[],
    unmapped: [] as { tag: string; reason: string }[],
  }
  const clusters = clustersByTag(galaxies)
  for (const { name } of tags) {
    const tlp = parseTlp(name)
    if (tlp !== undefined && /^tlp/i.test(name)) {
      mapped.securityLabels.add(`TLP:${tlp}`)
      continue
    }
    const galaxy = /^misp-galaxy:([a-z0-9-]+)="(.+)"$/i.exec(name)
    const type = galaxy?.[1] === undefined ? undefined : groupTypeOf(galaxy[1].toLowerCase())
    if (galaxy?.[1] !== undefined && galaxy[2] !== undefined && type !== undefined) {
      const cluster = clusters.get(name)
      mapped.groups.push(
        groupOf(
          type,
          galaxy[1].toLowerCase(),
          galaxy[2],
          cluster?.value ?? galaxy[2],
          cluster?.description ?? undefined,
        ),
      )
      continue
    }
    const { word, isMachineTag } = bareWord(name)
    if (isMachineTag) mapped.attributes.push({ type: 'MISP Tag', value: name })
    if (names.has(word.toLowerCase()))
      mapped.unmapped.push({ tag: name, reason: 'it names the owner or the app, which every value carries' })
    else if (word === '' || word.length > tagCharactersMax)
      mapped.unmapped.push({ tag: name, reason: `a tag has 1 to ${tagCharactersMax} characters` })
    else mapped.tags.add(word)
  }
  return { ...mapped, tags: [...mapped.tags], securityLabels: [...mapped.securityLabels] }
}

const tagCharactersMax = 128
const nameCharactersMax = 100

/** `namespace:predicate="value"` → value; `namespace:predicate` → predicate; a bare word stays itself. */
function bareWord(name: string): { word: string; isMachineTag: boolean } {
  const [, value, predicate] = /^[^\s:="]+:(?:[^="]+="?([^"]*)"?|([^="]+))$/.exec(name) ?? []
  const word = (value ?? predicate)?.trim()
  return word === undefined ? { word: name.trim(), isMachineTag: false } : { word, isMachineTag: true }
}

const groupTypesByEnding: readonly (readonly [ending: string, type: GroupType])[] = [
  ['attack-pattern', 'Attack Pattern'],
  ['intrusion-set', 'Intrusion Set'],
  ['course-of-action', 'Course of Action'],
  ['campaign', 'Campaign'],
  ['threat-actor', 'Adversary'],
  ['activity-group', 'Adversary'],
  ['tool', 'Tool'],
  ['malware', 'Malware'],
  ['malpedia', 'Malware'],
  ['ransomware', 'Malware'],
  ['botnet', 'Malware'],
  ['banker', 'Malware'],
  ['stealer', 'Malware'],
  ['backdoor', 'Malware'],
  ['rat', 'Malware'],
]

/** The galaxies' types are many and grow; the words in them tell the kind. */
function groupTypeOf(galaxy: string): GroupType | undefined {
  for (const [ending, type] of groupTypesByEnding) if (galaxy.endsWith(ending)) return type
  return undefined
}

function groupOf(
  type: GroupType,
  galaxy: string,
  tagValue: string,
  name: string,
  description: string | undefined,
): GroupItem {
  return {
    type,
    name: name.slice(0, nameCharactersMax).toWellFormed(),
    // By type and name, so that every event that names the actor means the same group; galaxies that differ only in age do not.
    xid: `misp-galaxy-${galaxy}-${tagValue.toLowerCase()}`.slice(0, 200).toWellFormed(),
    attributes: [
      { type: 'MISP Galaxy', value: `misp-galaxy:${galaxy}="${tagValue}"` },
      ...(description === undefined || description === ''
        ? []
        : [{ type: 'Description', value: description.slice(0, 5_000).toWellFormed() }]),
    ],
  }
}

function clustersByTag(
  galaxies: Galaxies,
): Map<string, { value?: string | null | undefined; description?: string | null | undefined }> {
  const clusters = galaxies.flatMap((galaxy) => galaxy.GalaxyCluster)
  return new Map(
    clusters.flatMap((cluster) => (typeof cluster.tag_name === 'string' ? [[cluster.tag_name, cluster] as const] : [])),
  )
}
