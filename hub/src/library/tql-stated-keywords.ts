import { type RawBuilder, sql } from 'kysely'
import { compareColumn, negatedIf, positive } from './tql-comparison.ts'
import {
  anyOf,
  attackTag,
  column,
  type KeywordCondition,
  type KeywordConditions,
  labelSpelling,
  ownerName,
  writtenDate,
} from './tql-condition-makers.ts'

/**
 * What one owner says of a thing, be it an indicator or a group.
 *
 * @param said alias of the row that says it: an assertion or a group
 * @param attributes its attributes, as `t`: what follows `from`, with a condition at its end
 */
export function statedKeywords(said: string, attributes: RawBuilder<unknown>) {
  const of = (name: string) => sql.ref(`${said}.${name}`)
  const detail = (field: string) => sql`${of('detail')}->>${sql.lit(field)}`
  const taggedBy = sql`(case when cardinality(${of('tags')}) > 0 then ${of('owner_id')} end)`

  /** Said as an attribute, or as a field of its own. */
  const attribute =
    (type: string, field: string): KeywordCondition =>
    (comparison, now) => {
      const { comparison: asked, isNegated } = positive(comparison)
      return negatedIf(
        isNegated,
        sql`(exists (select 1 from ${attributes} and t.type = ${type} and ${compareColumn(sql`t.value`, asked, now)})
          or coalesce(${compareColumn(detail(field), asked, now)}, false))`,
      )
    }

  return {
    id: column(of('id')),
    owner: column(of('owner_id')),
    ownerName: ownerName(of('owner_id')),
    dateAdded: column(of('added_at')),
    lastModified: column(of('modified_at')),
    status: column(of('status')),
    firstSeen: column(of('first_seen')),
    lastSeen: column(of('last_seen')),
    externalDateAdded: column(writtenDate(detail('externalDateAdded'))),
    externalLastModified: column(writtenDate(detail('externalLastModified'))),
    tag: anyOf(of('tags')),
    tagOwner: column(taggedBy),
    tagOwnerName: ownerName(taggedBy),
    attackTag: attackTag(of('tags')),
    securityLabel: anyOf(of('labels'), labelSpelling),
    description: attribute('Description', 'description'),
    source: attribute('Source', 'source'),
  } satisfies KeywordConditions
}
