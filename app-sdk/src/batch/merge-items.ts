import type { Attribute, GroupItem, IndicatorItem } from './batch-item.ts'

/**
 * Puts together what several places of a source say of one indicator. The batch replaces what the owner said before, so two
 * items of one indicator in one run would leave only the last: tags, labels, groups and attributes are united, the highest
 * rating and confidence and the widest time are kept.
 */
export function mergeIndicators(first: IndicatorItem, second: IndicatorItem): IndicatorItem {
  return {
    type: first.type,
    summary: first.summary,
    ...pick('rating', highest(first.rating, second.rating)),
    ...pick('confidence', highest(first.confidence, second.confidence)),
    ...pick('firstSeen', edge(first.firstSeen, second.firstSeen, -1)),
    ...pick('lastSeen', edge(first.lastSeen, second.lastSeen, 1)),
    attributes: unitedAttributes(first.attributes, second.attributes),
    tags: united(first.tags, second.tags),
    securityLabels: united(first.securityLabels, second.securityLabels),
    groups: united(first.groups, second.groups),
  }
}

/** The same for a group that is named in several places; the first name stands. */
export function mergeGroups(first: GroupItem, second: GroupItem): GroupItem {
  return {
    ...second,
    ...first,
    attributes: unitedAttributes(first.attributes, second.attributes),
    tags: united(first.tags, second.tags),
    securityLabels: united(first.securityLabels, second.securityLabels),
    groups: united(first.groups, second.groups),
  }
}

/** Attributes of one indicator or group; what a source says more often than this is cut, as the platform would refuse it. */
const listMax = 500

function united(a: readonly string[] = [], b: readonly string[] = []): readonly string[] {
  return [...new Set([...a, ...b])].slice(0, listMax)
}

function unitedAttributes(a: readonly Attribute[] = [], b: readonly Attribute[] = []): readonly Attribute[] {
  const byKey = new Map([...a, ...b].map((attribute) => [`${attribute.type}\n${attribute.value}`, attribute]))
  return [...byKey.values()].slice(0, listMax)
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

function edge(a: string | undefined, b: string | undefined, direction: 1 | -1): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return (Date.parse(a) - Date.parse(b)) * direction >= 0 ? a : b
}

function pick<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  // The one key that is set is the one that the type names.
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value })
}
