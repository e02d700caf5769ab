import { statusesInForce } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'

const statuses = statusesInForce.map((status) => `'${status}'`).join(', ')

/**
 * The condition that an assertion is in force, as SQL: `isInForce` of intel.
 * @param active and @param status are expressions, such as columns
 */
export function inForceText(active: string, status: string): string {
  return `${active} and ${status} in (${statuses})`
}

/** The same of `assertion a`. */
export function inForce(): RawBuilder<boolean> {
  return sql.raw(`(${inForceText('a.active', 'a.status')})`)
}
