import { sql } from 'kysely'

/** Of rows of `taxii_object` that are last versions: how many objects are in force, and how many are revoked. */
export const countsOfLast = sql`count(*) filter (where not is_revoked) as live, count(*) filter (where is_revoked) as revoked`

/** The end of a statement that takes rows out of `taxii_object` as `gone`: their collections count them no more. */
export const discountGone = sql`
  update taxii_collection c set live_count = c.live_count - o.live, revoked_count = c.revoked_count - o.revoked
  from (select taxii_collection_id, ${countsOfLast} from gone where is_last group by taxii_collection_id) o
  where c.id = o.taxii_collection_id`
