import { type FileHash, type FileLink, hashNameOf, planFiles } from '@postern/intel'
import { sql } from 'kysely'
import { waitAlone } from '../batches/batch-turn.ts'
import { linkHashes, readFilesOf } from '../batches/writers/file-links.ts'
import type { Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import { found, Problem } from '../lib/problem.ts'

/** Which two, and in whose name; an owner need not be named where only one has both. */
export type Pair = { indicatorId: string; linkedId: string; owner?: string | undefined }

/** One of the two, and who asserts it. */
type End = { id: string; type: string; value: string; owners: { id: string; name: string }[] }

/**
 * Says in an owner's name that two hashes are of one file (D2), and so joins the two files that they are of, as a batch of the owner
 * does that names both. Where that file would have two hashes of one kind nothing is done: which one is wrong, a person knows.
 * @returns whose word it is now, and all indicators whose links changed
 */
export async function joinHashes(
  trx: Db,
  organizationId: string,
  pair: Pair,
): Promise<{ owner: string; touched: string[] }> {
  const db = statementsOf(trx)
  const owner = ownerOfBoth(await readEnds(trx, organizationId, pair), pair.owner)
  await waitAlone(db, owner.id)
  // A batch that was under way may have deleted one of them.
  const ends = await readEnds(trx, organizationId, pair)
  ownerOfBoth(ends, owner.name)
  const hashes = ends.map(({ id, value }) => ({ id: id.replaceAll('-', ''), kind: value.length }))
  const links = await readFilesOf(
    db,
    owner.id,
    hashes.map(({ id }) => id),
  )
  await refuseDoubles(trx, owner.name, hashes, links)
  // Without doubles there is nothing that a mode of collision decides.
  const modes = { merge: 'Merge', collision: 'FavorExisting' } as const
  const { linked } = planFiles([{ position: 0, hashes }], links, () => true, modes)
  await linkHashes(db, owner.id, linked)
  return { owner: owner.name, touched: [...new Set(linked.flat())] }
}

async function readEnds(trx: Db, organizationId: string, { indicatorId, linkedId }: Pair): Promise<[End, End]> {
  const { rows } = await sql<End>`
    select i.id, i.type, i.value, json_agg(json_build_object('id', o.id::text, 'name', o.name) order by o.name) as owners
    from indicator i join assertion a on a.indicator_id = i.id join owner o on o.id = a.owner_id
    where i.id in (${indicatorId}::uuid, ${linkedId}::uuid) and o.organization_id = ${organizationId} and o.removal_started_at is null
    group by i.id, i.type, i.value`.execute(trx)
  if (rows.length === 1 && indicatorId.toLowerCase() !== linkedId.toLowerCase())
    throw new Problem(
      'not-found',
      `Of the two only ${rows[0]?.value} is in the library. Add the other one to an owner that has it.`,
    )
  const end = (id: string) =>
    found(
      rows.find((row) => row.id === id.toLowerCase()),
      'indicator',
    )
  return [end(indicatorId), end(linkedId)]
}

/** @throws Problem where the two cannot be hashes of one file, or it is not clear whose word it would be */
function ownerOfBoth(ends: [End, End], named: string | undefined): End['owners'][number] {
  const strange = ends.find(({ type }) => type !== 'File')
  if (strange !== undefined)
    throw new Problem(
      'invalid',
      `Only hashes of a file are linked by hand; ${strange.value} is of type ${strange.type}.`,
    )
  const [one, other] = ends
  const name = hashNameOf(one.value)
  if (name === hashNameOf(other.value))
    throw new Problem('invalid', `Both are ${name} hashes; a file has one hash of a kind.`)
  const having = one.owners.filter(({ id }) => other.owners.some((each) => each.id === id))
  if (named === undefined && having.length > 1)
    throw new Problem(
      'conflict',
      `Several owners have both: ${having.map(({ name }) => name).join(', ')}. Name one of them as the owner.`,
    )
  const owner = having.find(({ name }) => named === undefined || name === named)
  if (owner !== undefined) return owner
  if (named === undefined)
    throw new Problem('conflict', 'No owner has both. Add one of them to an owner that has the other.')
  const missing = ends.find(({ owners }) => owners.every(({ name }) => name !== named)) ?? other
  throw new Problem('conflict', `${named} does not have ${missing.value}. Add it to that owner first.`)
}

/** @throws Problem `conflict` where the files of these have two hashes of a kind */
async function refuseDoubles(
  trx: Db,
  owner: string,
  hashes: readonly FileHash[],
  links: readonly FileLink[],
): Promise<void> {
  const ids = new Set(hashes.map(({ id }) => id))
  const linked = links.filter(({ one, other, isTakenBack }) => !isTakenBack && (ids.has(one.id) || ids.has(other.id)))
  const file = new Map([...hashes, ...linked.flatMap(({ one, other }) => [one, other])].map((hash) => [hash.id, hash]))
  const doubles = [...Map.groupBy(file.values(), ({ kind }) => kind).values()].find(({ length }) => length > 1)
  if (doubles === undefined) return
  const { rows } = await sql<{ value: string }>`
    select value from indicator where id = any(${doubles.map(({ id }) => id)}::uuid[]) order by value`.execute(trx)
  const values = rows.map(({ value }) => value)
  throw new Problem(
    'conflict',
    `By the word of ${owner} the file would have ${values.length} ${hashNameOf(values[0] ?? '')} hashes: ${values.join(' and ')}. Separate the wrong one from its file first.`,
  )
}
