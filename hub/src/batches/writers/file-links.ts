import type { FileLink, FilePlan } from '@postern/intel'
import type { Statements } from '../../database/statements.ts'
import { sameFile } from '../content/link-rows.ts'

/** The links of these hashes, and of those that they are linked with: all that a plan of their files looks at (planFiles). */
export async function readFilesOf(db: Statements, ownerId: string, ids: readonly string[]): Promise<FileLink[]> {
  const links = await readLinks(db, ownerId, ids)
  const named = new Set(ids)
  const others = new Set(links.flatMap(({ one, other }) => [one.id, other.id]).filter((id) => !named.has(id)))
  return others.size === 0 ? links : [...links, ...(await readLinks(db, ownerId, [...others]))]
}

/** All links between hashes of the same file that one of these is an end of. */
async function readLinks(db: Statements, ownerId: string, ids: readonly string[]): Promise<FileLink[]> {
  const { rows } = await db.query<{
    one: string
    oneKind: number
    other: string
    otherKind: number
    isTakenBack: boolean
  }>(
    `select replace(l.indicator_id::text, '-', '') as one, length(i.value) as "oneKind",
       replace(l.linked_id::text, '-', '') as other, length(j.value) as "otherKind", l.taken_back_at is not null as "isTakenBack"
     from unnest($2::uuid[]) s (id)
     cross join lateral (
       select indicator_id, linked_id, taken_back_at from indicator_link
       where indicator_id = s.id and owner_id = $1 and kind = $3
       union all
       select indicator_id, linked_id, taken_back_at from indicator_link
       where linked_id = s.id and owner_id = $1 and kind = $3
     ) l
     join indicator i on i.id = l.indicator_id join indicator j on j.id = l.linked_id
     order by 1, 3`,
    [ownerId, ids, sameFile],
  )
  return rows.map(({ one, oneKind, other, otherKind, isTakenBack }) => ({
    one: { id: one, kind: oneKind },
    other: { id: other, kind: otherKind },
    isTakenBack,
  }))
}

/** @returns how many were not there; what a person took back stays so */
export async function linkHashes(db: Statements, ownerId: string, pairs: FilePlan['linked']): Promise<number> {
  const { rowCount } = await db.query(
    `insert into indicator_link (indicator_id, owner_id, linked_id, kind)
     select one, $1::bigint, other, $4 from unnest($2::uuid[], $3::uuid[]) p (one, other) order by one, other
     on conflict do nothing`,
    [ownerId, pairs.map(([one]) => one), pairs.map(([, other]) => other), sameFile],
  )
  return rowCount ?? 0
}
