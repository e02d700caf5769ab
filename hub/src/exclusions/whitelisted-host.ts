import { canonicalise, indicatorId, type IndicatorType } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'

/**
 * To add a URL that says no more than its host is to add the host, so that a decision that the host is Whitelisted holds for it too
 * (D28). A URL with a path is judged for itself: what lies on a good host may be bad.
 */
const bareUrl = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)(?::\d*)?\/?$/i
const hostTypes = ['Address', 'Host'] as const
const [schemes, ends] = [
  ['http', 'https'],
  ['', '/'],
] as const

/** @returns the id of the host that a URL names, where it names no more than that */
export function bareHostOf(url: string): { id: string } | undefined {
  const host = bareUrl.exec(url)?.[1]
  if (host === undefined) return undefined
  for (const type of hostTypes) {
    const read = canonicalise(type, host.replace(/^\[|\]$/g, ''))
    if (read.ok) return { id: indicatorId(type, read.value) }
  }
  return undefined
}

/** Ids of the web's URLs, known or not, that say no more than this host and name no port. */
export function bareUrlsOf(type: IndicatorType, value: string): string[] {
  if (type !== 'Host' && type !== 'Address') return []
  const host = value.includes(':') ? `[${value}]` : value
  return schemes.flatMap((scheme) => ends.map((end) => indicatorId('URL', `${scheme}://${host}${end}`)))
}

/**
 * The same for all hosts on which there is such a decision: few, since people decide them, and so found from their side rather than from
 * that of the URLs. @param isWhitelisting over a row `d` of `decision`
 */
export function bareUrlsOfHosts(
  organizationId: string,
  isWhitelisting: RawBuilder<boolean>,
): RawBuilder<{ id: string }> {
  const host = sql`case when strpos(h.value, ':') > 0 then '[' || h.value || ']' else h.value end`
  return sql`
    select ${idOf('URL', sql`scheme || '://' || ${host} || ending`)} as id
    from decision d join indicator h on h.id = d.indicator_id and h.type = any(${[...hostTypes]}::text[])
      cross join unnest(${[...schemes]}::text[]) scheme cross join unnest(${[...ends]}::text[]) ending
    where d.organization_id = ${organizationId} and ${isWhitelisting}`
}

/** What `indicatorId` computes (D1), of a value in the database. */
function idOf(type: IndicatorType, value: RawBuilder<unknown>): RawBuilder<string> {
  const bytes = sql`convert_to(${sql.lit(type)}, 'UTF8') || '\\x00'::bytea || convert_to(${value}, 'UTF8')`
  return sql`encode(substring(sha256(${bytes}) from 1 for 16), 'hex')::uuid`
}
