import { indicatorTypes, readIndicatorTypeName } from '@postern/intel'
import { sql } from 'kysely'
import { firstPartCondition, indicatorValueCondition, laterPartCondition } from './indicator-value-condition.ts'
import { compareColumn } from './tql-comparison.ts'
import {
  column,
  type KeywordCondition,
  type KeywordConditions,
  named,
  someOf,
  typeNumber,
} from './tql-condition-makers.ts'
import { statedKeywords } from './tql-stated-keywords.ts'

/** What was computed for the organization of the assertion's owner; the outer query may have its own `indicator_view`. */
const computed = (name: 'sighting_count' | 'last_sighted' | 'false_positive_count' | 'last_false_positive') =>
  column(
    sql`(select w.${sql.ref(name)} from indicator_view w
      where w.indicator_id = a.indicator_id and w.organization_id = (select p.organization_id from owner p where p.id = a.owner_id))`,
  )

/** That a person's decision holds the status (D28). */
const statusIsDecided: KeywordCondition = (comparison, now) =>
  compareColumn(
    sql`(exists (select 1 from decision d
      where d.indicator_id = a.indicator_id and d.organization_id = (select p.organization_id from owner p where p.id = a.owner_id)
        and d.status is not null and (d.until is null or d.until > ${now}::timestamptz)))`,
    comparison,
    now,
  )

/** Where a file occurred, as the owner says it. */
const occurrence = (field: 'fileName' | 'path') =>
  someOf(
    sql`jsonb_array_elements(case when jsonb_typeof(a.detail->'fileOccurrence') = 'array' then a.detail->'fileOccurrence' else '[]' end) occurrence
      where true`,
    sql`(occurrence->>${sql.lit(field)})`,
  )

/** `i` is the indicator, `a` the assertion. */
export const indicatorKeywords: KeywordConditions = {
  ...statedKeywords('a', sql`assertion_attribute t where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id`),
  type: typeNumber(sql`i.type`, indicatorTypes),
  typeName: named(sql`i.type`, (name) => readIndicatorTypeName(name) ?? name),
  summary: indicatorValueCondition,
  value1: firstPartCondition,
  value2: laterPartCondition('second'),
  value3: laterPartCondition('third'),
  rating: column(sql`a.rating`),
  confidence: column(sql`a.confidence`),
  indicatorActive: column(sql`a.active`),
  activeLocked: statusIsDecided,
  observationCount: computed('sighting_count'),
  lastObserved: computed('last_sighted'),
  falsePositiveCount: computed('false_positive_count'),
  lastFalsePositive: computed('last_false_positive'),
  privateFlag: column(sql`a.private`),
  addressIsIpv6: column(sql`(i.type = 'Address' and strpos(i.value, ':') > 0)`),
  fileSize: column(
    sql`(case when jsonb_typeof(a.detail->'size') = 'number' then (a.detail->>'size')::float8
      when jsonb_typeof(a.detail->'intValue1') = 'number' then (a.detail->>'intValue1')::float8 end)`,
  ),
  fileName: occurrence('fileName'),
  filePath: occurrence('path'),
  hostDnsActive: column(sql`(coalesce(a.detail->>'flag1', a.detail->>'dnsActive') = 'true')`),
  hostWhoisActive: column(sql`(coalesce(a.detail->>'flag2', a.detail->>'whoisActive') = 'true')`),
  externalDateExpires: column(sql`a.expires`),
  associatedGroup: someOf(
    sql`indicator_group l where l.indicator_id = a.indicator_id and l.owner_id = a.owner_id`,
    sql`l.group_id`,
  ),
  associatedIndicator: someOf(
    sql`(
        select l.linked_id as other_id from indicator_link l where l.indicator_id = a.indicator_id and l.owner_id = a.owner_id and l.taken_back_at is null
        union all
        select l.indicator_id from indicator_link l where l.linked_id = a.indicator_id and l.owner_id = a.owner_id and l.taken_back_at is null
      ) l join assertion b on b.indicator_id = l.other_id and b.owner_id = a.owner_id where true`,
    sql`b.id`,
  ),
}
