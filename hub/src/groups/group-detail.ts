import { tlpLevels } from '@postern/intel'
import { type Group, type GroupDetail, groupTexts, type GroupText } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { contentTag } from '../http/if-match.ts'
import { found } from '../lib/problem.ts'
import type { LibraryScope } from '../library/library-scope.ts'
import { type GroupRow, GroupStore } from './group-store.ts'

/** @throws Problem `not-found` */
export async function readGroupDetail(db: Db, scope: LibraryScope, groupId: string): Promise<GroupDetail> {
  const store = new GroupStore(db)
  const row = found(await store.find(scope, groupId), 'group')
  return {
    ...toGroup(row),
    securityLabels: row.securityLabels,
    firstSeen: row.firstSeen?.toISOString() ?? null,
    lastSeen: row.lastSeen?.toISOString() ?? null,
    publishDate: row.publishDate?.toISOString() ?? null,
    attributes: await store.attributes(groupId),
    ...textsOf(row),
    relations: await store.relations(groupId),
    stixId: row.stixId,
  }
}

/** Of what a person changes in a group: indicators and relations come and go beside it, and no change of theirs is in its way. */
export function tagOfGroup(group: GroupDetail): string {
  const { name, status, eventDate, publishDate, firstSeen, lastSeen, tags, securityLabels, attributes } = group
  return contentTag({
    name,
    status,
    dates: [eventDate, publishDate, firstSeen, lastSeen],
    tags,
    securityLabels,
    attributes,
    ...textsOf(group),
  })
}

export function toGroup(row: GroupRow): Group {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    xid: row.xid,
    ownerId: row.ownerId,
    ownerName: row.ownerName,
    status: row.status,
    tlp: row.tlp === null ? null : (tlpLevels[row.tlp] ?? null),
    tags: row.tags,
    eventDate: row.eventDate?.toISOString() ?? null,
    indicatorCount: row.indicatorCount,
    addedAt: row.addedAt.toISOString(),
    modifiedAt: row.modifiedAt.toISOString(),
  }
}

function textsOf(group: Record<GroupText, string | null>): Record<GroupText, string | null> {
  // Entries by the names of a list are a record of that list.
  return Object.fromEntries(groupTexts.map((name) => [name, group[name]])) as Record<GroupText, string | null>
}
