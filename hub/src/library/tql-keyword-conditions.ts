import {
  indicatorTypes,
  parseGroupType,
  parseIndicatorType,
  groupTypes,
  parseTlp,
  type TqlComparison,
  type TqlObject,
} from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { indicatorValueCondition } from './indicator-value-condition.ts'
import { type Condition, compareColumn, negatedIf, positive, textsOf } from './tql-comparison.ts'

type KeywordCondition = (comparison: TqlComparison, now: Date) => Condition
type KeywordConditions = Readonly<Record<string, KeywordCondition>>

const column =
  (reference: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) =>
    compareColumn(reference, comparison, now)

/** Holds if one element of an array column compares; equality goes by the array's own index. */
const anyOf =
  (reference: RawBuilder<unknown>, spelt: (name: string) => string = (name) => name): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    if (asked.operator === '=' || asked.operator === 'in') {
      return negatedIf(isNegated, sql`${reference} && ${textsOf(asked).map(spelt)}::text[]`)
    }
    return negatedIf(
      isNegated,
      sql`exists (select 1 from unnest(${reference}) element where ${compareColumn(sql`element`, asked, now)})`,
    )
  }

/** Names in any case and spelling, compared by the one that is stored. */
const named =
  (reference: RawBuilder<unknown>, spelt: (name: string) => string): KeywordCondition =>
  (comparison, now) => {
    const { operator } = comparison
    if (operator !== '=' && operator !== '!=' && operator !== 'in' && operator !== 'not in')
      return compareColumn(reference, comparison, now)
    const { isNegated } = positive(comparison)
    return negatedIf(isNegated, sql`${reference} = any(${textsOf(comparison).map(spelt)}::text[])`)
  }

const ownerName =
  (reference: RawBuilder<unknown>): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(
      isNegated,
      sql`${reference} in (select o.id from owner o where ${compareColumn(sql`o.name`, asked, now)})`,
    )
  }

/** Numbers of types count from 1 in the order of every listing. */
const typeNumber =
  (reference: RawBuilder<unknown>, names: readonly string[]): KeywordCondition =>
  (comparison, now) =>
    compareColumn(sql`array_position(${[...names]}::text[], ${reference})`, comparison, now)

const attributeOfType =
  (type: string): KeywordCondition =>
  (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(
      isNegated,
      sql`exists (select 1 from assertion_attribute t where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id
        and t.type = ${type} and ${compareColumn(sql`t.value`, asked, now)})`,
    )
  }

const labelSpelling = (name: string): string => {
  const level = parseTlp(name)
  return level === undefined ? name : `TLP:${level}`
}

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

/** `i` is the indicator, `a` the assertion. */
const ofIndicator: KeywordConditions = {
  id: column(sql`a.id`),
  owner: column(sql`a.owner_id`),
  ownerName: ownerName(sql`a.owner_id`),
  dateAdded: column(sql`a.added_at`),
  lastModified: column(sql`a.modified_at`),
  type: typeNumber(sql`i.type`, indicatorTypes),
  typeName: named(sql`i.type`, (name) => parseIndicatorType(name) ?? name),
  summary: indicatorValueCondition,
  value1: indicatorValueCondition,
  rating: column(sql`a.rating`),
  confidence: column(sql`a.confidence`),
  indicatorActive: column(sql`a.active`),
  activeLocked: statusIsDecided,
  status: column(sql`a.status`),
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
  hostDnsActive: column(sql`(coalesce(a.detail->>'flag1', a.detail->>'dnsActive') = 'true')`),
  hostWhoisActive: column(sql`(coalesce(a.detail->>'flag2', a.detail->>'whoisActive') = 'true')`),
  firstSeen: column(sql`a.first_seen`),
  lastSeen: column(sql`a.last_seen`),
  externalDateExpires: column(sql`a.expires`),
  tag: anyOf(sql`a.tags`),
  securityLabel: anyOf(sql`a.labels`, labelSpelling),
  description: attributeOfType('Description'),
  source: attributeOfType('Source'),
  associatedGroup: (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(
      isNegated,
      sql`exists (select 1 from indicator_group l where l.indicator_id = a.indicator_id and l.owner_id = a.owner_id
        and ${compareColumn(sql`l.group_id`, asked, now)})`,
    )
  },
}

/** `g` is the group. */
const ofGroup: KeywordConditions = {
  id: column(sql`g.id`),
  owner: column(sql`g.owner_id`),
  ownerName: ownerName(sql`g.owner_id`),
  dateAdded: column(sql`g.added_at`),
  lastModified: column(sql`g.modified_at`),
  type: typeNumber(sql`g.type`, groupTypes),
  typeName: named(sql`g.type`, (name) => parseGroupType(name) ?? name),
  name: column(sql`g.name`),
  summary: column(sql`g.name`),
  xid: column(sql`g.xid`),
  status: column(sql`g.status`),
  eventDate: column(sql`g.event_date`),
  publishDate: column(sql`g.publish_date`),
  eventType: column(sql`g.detail->>'eventType'`),
  fileName: column(sql`g.detail->>'fileName'`),
  fileType: column(sql`g.detail->>'fileType'`),
  firstSeen: column(sql`g.first_seen`),
  lastSeen: column(sql`g.last_seen`),
  tag: anyOf(sql`g.tags`),
  securityLabel: anyOf(sql`g.labels`, labelSpelling),
}

/** `n.name` is one tag. */
const ofTag: KeywordConditions = { name: column(sql`n.name`), summary: column(sql`n.name`) }

/** `t` is the attribute. */
const ofAttribute: KeywordConditions = {
  id: column(sql`t.id`),
  typeName: column(sql`t.type`),
  text: column(sql`t.value`),
  source: column(sql`t.source`),
  displayed: column(sql`t.displayed`),
  pinned: column(sql`t.pinned`),
  dateAdded: column(sql`t.added_at`),
}

/** `n.name` is one label. */
const ofSecurityLabel: KeywordConditions = {
  name: named(sql`n.name`, labelSpelling),
  summary: named(sql`n.name`, labelSpelling),
}

const none: KeywordConditions = {}

/** What each keyword compares. A keyword of the grammar that is not here has no data in this library. */
export const keywordConditions: Readonly<Record<TqlObject, KeywordConditions>> = {
  indicator: ofIndicator,
  group: ofGroup,
  tag: ofTag,
  attribute: ofAttribute,
  securityLabel: ofSecurityLabel,
  job: none,
  execution: none,
}
