import { canonicalise, indicatorId } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * To add a URL that says no more than its host is to add the host, so that a decision that the host is Whitelisted holds for it too
 * (D28), whatever its port. A URL with a path is judged for itself: what lies on a good host may be bad.
 */
const bareUrl = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)(?::\d*)?\/?$/i
const hostTypes = ['Address', 'Host'] as const

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

/** Ids of the known URLs that say no more than this host. */
export async function bareUrlsOf(db: Db, type: string, value: string): Promise<string[]> {
  if (!hostTypes.some((each) => each === type)) return []
  const { rows } = await bareUrls(sql`${value}::text`).execute(db)
  return rows.map(({ id }) => id)
}

/**
 * The same for all hosts on which there is such a decision: few, since people decide them, and so found from their side rather than from
 * that of the URLs. @param isWhitelisting over a row `d` of `decision`
 */
export function bareUrlsOfHosts(
  organizationId: string,
  isWhitelisting: RawBuilder<boolean>,
): RawBuilder<{ id: string }> {
  return sql`
    select u.id from decision d join indicator h on h.id = d.indicator_id and h.type = any(${[...hostTypes]}::text[])
      cross join lateral (${bareUrls(sql`h.value`)}) u
    where d.organization_id = ${organizationId} and ${isWhitelisting}`
}

/** By the index of such URLs, whose conditions these are; `offset` keeps it a look-up for each host. */
function bareUrls(host: RawBuilder<unknown>): RawBuilder<{ id: string }> {
  return sql`
    select u.id from indicator u
    where u.type = 'URL' and split_part(u.value, '/', 4) = '' and bare_host(u.value) = ${host} offset 0`
}

/**
 * The decision that keeps a URL out of exports by its host, as a sentence; null where there is none.
 * @param url a row of `indicator` @param isWhitelisting over a row `d` of `decision`
 */
export function hostDecision(
  organizationId: string,
  url: string,
  isWhitelisting: RawBuilder<boolean>,
): RawBuilder<string | null> {
  const value = sql.ref(`${url}.value`)
  return sql`(
    select 'Its host ' || h.value || ' is Whitelisted by the decision of ' || d.decided_by || ': ' || d.reason
    from decision d join indicator h on h.id = d.indicator_id and h.type = any(${[...hostTypes]}::text[])
    where d.organization_id = ${organizationId} and ${isWhitelisting} and ${sql.ref(`${url}.type`)} = 'URL' and h.value = bare_host(${value})
    limit 1)`
}
