import type { GroupType } from '@postern/intel'
import { type BatchGroup, groupTexts, type WriteGroup } from '@postern/protocol'

/** What makes a group the one that it is; only its name changes. */
export type GroupIdentity = { type: GroupType; xid: string }

/** A group as an item of a batch that writes all of it. What is not said an item does not name: it is cleared before (group-writing.ts). */
export function groupItem({ type, xid }: GroupIdentity, wanted: WriteGroup): BatchGroup {
  const texts = groupTexts.flatMap((name) => {
    const text = wanted[name] ?? ''
    return text === '' ? [] : [[name, text] as const]
  })
  return {
    type,
    xid,
    name: wanted.name,
    ...said('status', wanted.status),
    ...said('eventDate', wanted.eventDate),
    ...said('publishDate', wanted.publishDate),
    ...said('firstSeen', wanted.firstSeen),
    ...said('lastSeen', wanted.lastSeen),
    tag: named(wanted.tags),
    securityLabel: named(wanted.securityLabels),
    attribute: (wanted.attributes ?? []).map(({ source, ...attribute }) => ({
      ...attribute,
      ...said('source', source),
    })),
    ...Object.fromEntries(texts),
  }
}

function said<Name extends string>(name: Name, value: string | null | undefined): { [K in Name]?: string } {
  // An object of one computed name is typed as having any.
  return (value === null || value === undefined || value === '' ? {} : { [name]: value }) as { [K in Name]?: string }
}

function named(names: readonly string[] | undefined): { name: string }[] {
  return (names ?? []).map((name) => ({ name }))
}
